package httpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"
)

// DecodeJSON reads the body into v, which is a pointer to a struct, and takes it
// at its word: another type of content, an unknown field, a field that is there
// twice or in other letters, a wrong type, bytes that are no text or anything after
// the value is refused, with the name of the field where there is one. A typing
// error that is ignored is a payment that was made otherwise.
func DecodeJSON(r *http.Request, v any) error {
	if err := checkContentType(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return bodyError(err) // answered by Errors
	}
	if !utf8.Valid(body) {
		return Invalid("The body is not UTF-8.")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return refusal(err)
	}
	if !errors.Is(decoder.Decode(&json.RawMessage{}), io.EOF) {
		return Invalid("The body must hold one JSON value and nothing after it.")
	}
	// The package takes the last of two fields of one name, and NAME for name.
	w := &fieldWalk{json: body}
	if field, detail := w.value(reflect.TypeOf(v)); detail != "" {
		return Invalid("The body is not valid.", FieldError{Field: field, Detail: detail})
	}

	return nil
}

// checkContentType wants JSON, which is UTF-8 (RFC 8259): another charset would
// have other bytes mean something else.
func checkContentType(text string) error {
	mediaType, parameters, err := mime.ParseMediaType(text)
	if err != nil || mediaType != "application/json" && !strings.HasSuffix(mediaType, "+json") {
		return &ProblemError{Problem: Problem{
			Status: http.StatusUnsupportedMediaType,
			Detail: "Content-Type must be application/json.",
		}}
	}
	if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return &ProblemError{Problem: Problem{
			Status: http.StatusUnsupportedMediaType,
			Detail: "The charset must be utf-8.",
		}}
	}

	return nil
}

// refusal says what is wrong with a body, in words for the client.
func refusal(err error) error {
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

	return err // a type's own
}
