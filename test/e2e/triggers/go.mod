module triggers

go 1.27.0

require github.com/argoproj/notifications-engine v0.5.1-0.20260503100631-0cff13b8a717

require (
	github.com/expr-lang/expr v1.17.8 // indirect
	github.com/sirupsen/logrus v1.9.3 // indirect
	golang.org/x/sys v0.33.0 // indirect
)
