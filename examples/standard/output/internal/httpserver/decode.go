package httpserver

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// DecodeJSON reads the body into v, which is a pointer to a struct, and takes it
// at its word: another type of content, an unknown field, a wrong type or
// anything after the value is refused, with the name of the field where there is
// one. A typing error that is ignored is a payment that was made otherwise.
func DecodeJSON(r *http.Request, v any) error {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" && !strings.HasSuffix(mediaType, "+json") {
		return &ProblemError{Problem: Problem{
			Status: http.StatusUnsupportedMediaType,
			Detail: "Content-Type must be application/json.",
		}}
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return refusal(err)
	}
	switch err := decoder.Decode(&json.RawMessage{}); {
	case errors.Is(err, io.EOF):
		return nil
	case isTooLarge(err):
		return err
	default:
		return Invalid("The body must hold one JSON value and nothing after it.")
	}
}

// refusal says what is wrong with a body, in words for the client.
func refusal(err error) error {
	if isTooLarge(err) {
		return err // 413, by Errors
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return Invalid("The body must be a JSON object.")
		}

		return Invalid("The body is not valid.", FieldError{Field: wrong.Field, Detail: "must not be of the type " + wrong.Value})
	}
	// The package has no type for it.
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return Invalid("The body is not valid.", FieldError{Field: strings.Trim(name, `"`), Detail: "is not known"})
	}
	_, malformed := errors.AsType[*json.SyntaxError](err)
	if malformed || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return Invalid("The body is not valid JSON.")
	}

	return err // the connection's, for one: not the client's words
}

func isTooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)

	return ok
}
