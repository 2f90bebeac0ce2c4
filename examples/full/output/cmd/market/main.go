// Command market is the service. Everything that can be tested is in
// internal/app; what is left here is the process itself.
package main

import (
	"context"
	"os"

	"git.example.com/trade/market/internal/app"
)

func main() {
	os.Exit(app.Run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
