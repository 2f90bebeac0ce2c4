// Command shipping is the service. Everything that can be tested is in
// internal/app; what is left here is the process itself.
package main

import (
	"context"
	"os"

	"example.com/shipping/internal/app"
)

func main() {
	os.Exit(app.Run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
