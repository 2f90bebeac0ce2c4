package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"example.com/shipping/internal/config"
	"example.com/shipping/internal/httpserver"
)

// levelEndpoint shows the log level to anybody who reaches the port, and lets
// the holder of the admin token change it: DEBUG in production is both a cost
// and a leak.
type levelEndpoint struct {
	level       *slog.LevelVar
	credentials config.Credentials
	logger      *slog.Logger
}

type levelBody struct {
	Level string `json:"level"`
}

func (l *levelEndpoint) get(w http.ResponseWriter, _ *http.Request) {
	httpserver.WriteJSON(w, http.StatusOK, levelBody{Level: strings.ToLower(l.level.Level().String())})
}

// put changes the level of this process until the next restart, or until
// log.level in the configuration changes.
func (l *levelEndpoint) put(w http.ResponseWriter, r *http.Request) {
	if problem, ok := l.authorize(w, r); !ok {
		httpserver.WriteProblem(w, r, problem)

		return
	}

	var body levelBody
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&body)
	var level slog.Level
	if err == nil {
		level, err = config.ParseLevel(body.Level)
	}
	if err != nil {
		httpserver.WriteProblem(w, r, httpserver.Problem{
			Status: http.StatusBadRequest,
			Detail: `Want {"level": "debug"}, or info, warn, error.`,
		})

		return
	}

	before := l.level.Level()
	l.level.Set(level)
	// At WARN, so that the audit line is written whatever the level is now.
	l.logger.WarnContext(r.Context(), "log level changed", "old", before.String(), "new", level.String(), "origin", "PUT /loglevel")
	l.get(w, r)
}

// authorize reads the token from its file on each call: this endpoint is used
// once a month, and a rotated token counts at once.
func (l *levelEndpoint) authorize(w http.ResponseWriter, r *http.Request) (httpserver.Problem, bool) {
	want, err := l.credentials.Read(config.AdminToken)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.logger.ErrorContext(r.Context(), "admin token can't be used", "error", err)
		}

		return httpserver.Problem{
			Status: http.StatusForbidden,
			Detail: "Disabled. To enable it, put a token into the file " + config.AdminToken + " in CREDENTIALS_DIR.",
		}, false
	}

	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	ok := strings.EqualFold(scheme, "Bearer") // RFC 9110: the name of a scheme has no case
	got = strings.TrimLeft(got, " ")
	// Hashed first: the comparison of equal lengths tells nothing of the length.
	wantHash, gotHash := sha256.Sum256([]byte(want.Reveal())), sha256.Sum256([]byte(got))
	if !ok || subtle.ConstantTimeCompare(wantHash[:], gotHash[:]) != 1 {
		w.Header().Set("WWW-Authenticate", "Bearer")

		return httpserver.Problem{Status: http.StatusUnauthorized}, false
	}

	return httpserver.Problem{}, true
}
