package greeting

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"example.com/hello/internal/httpserver"
	"example.com/hello/internal/idempotency"
	"example.com/hello/internal/store"
)

// nameBody is what a client sends.
type nameBody struct {
	Name string `json:"name"`
}

// pageBody is a page of a list.
type pageBody struct {
	Items []Greeting `json:"items"`
	// Next is what to ask for to get the next page: ?after=
	Next string `json:"next,omitempty"`
}

// Register adds the endpoints to mux. A GET changes nothing: a mesh, a browser and
// every cache repeat it as they like.
func Register(mux httpserver.Router, service *Service) {
	h := &handlers{service: service}
	mux.Handle("POST /v1/greetings", httpserver.HandlerFunc(h.create))
	mux.Handle("GET /v1/greetings", httpserver.HandlerFunc(h.list))
	mux.Handle("GET /v1/greetings/{id}", httpserver.HandlerFunc(h.get))
	mux.Handle("PUT /v1/greetings/{id}", httpserver.HandlerFunc(h.rename))
}

type handlers struct {
	service *Service
}

func (h *handlers) create(w http.ResponseWriter, r *http.Request) error {
	content, err := httpserver.ReadJSON(r)
	if err != nil {
		return err
	}
	// Nobody says who calls. Where you verify that, put the subject in the place of "":
	// then each caller has keys of its own.
	key, err := idempotency.New("POST /v1/greetings", "", r.Header.Get("Idempotency-Key"), content)
	if err != nil {
		return httpserver.Invalid("The header Idempotency-Key is missing or not valid: send 16 to 200 characters that nobody can guess, new for each request, and the same when you repeat it.")
	}
	var body nameBody
	var g Greeting
	var repeated bool
	if err = httpserver.ParseJSON(content, &body); err != nil {
		g, err = h.service.Repeat(r.Context(), key, err)
		repeated = err == nil
	} else {
		g, repeated, err = h.service.Create(r.Context(), key, body.Name)
	}
	if err != nil {
		return answer(err)
	}
	if repeated {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	w.Header().Set("Location", "/v1/greetings/"+g.ID)
	write(w, http.StatusCreated, g)

	return nil
}

func (h *handlers) get(w http.ResponseWriter, r *http.Request) error {
	g, err := h.service.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if keep := h.service.live.Current().Own.CacheFor; keep > 0 {
		w.Header().Set("Cache-Control", "private, max-age="+strconv.Itoa(int(keep.Seconds())))
	} else {
		w.Header().Set("Cache-Control", "no-store")
	}
	write(w, http.StatusOK, g)

	return nil
}

func (h *handlers) list(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	limit := h.service.live.Current().Own.PageSize
	if text := query.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > maxPage {
			return httpserver.Invalid("The query is not valid.", httpserver.FieldError{
				Field: "limit", Detail: fmt.Sprintf("must be from 1 to %d", maxPage),
			})
		}
	}
	page, next, err := h.service.List(r.Context(), query.Get("after"), limit)
	if errors.Is(err, ErrAfter) {
		return httpserver.Invalid("The query is not valid.", httpserver.FieldError{
			Field: "after", Detail: "must be what next was in the page before",
		})
	}
	if err != nil {
		return err
	}
	if page == nil {
		page = []Greeting{} // an empty list is [], and not null
	}
	httpserver.WriteJSON(w, http.StatusOK, pageBody{Items: page, Next: next})

	return nil
}

func (h *handlers) rename(w http.ResponseWriter, r *http.Request) error {
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	var body nameBody
	if err := httpserver.DecodeJSON(r, &body); err != nil {
		return err
	}
	g, err := h.service.Rename(r.Context(), r.PathValue("id"), body.Name, version)
	if errors.Is(err, store.ErrConflict) {
		return &httpserver.ProblemError{Err: err, Problem: httpserver.Problem{
			Status: http.StatusPreconditionFailed,
			Detail: "Somebody else was faster. Read it again, and send the new ETag.",
		}}
	}
	if err != nil {
		return answer(err)
	}
	write(w, http.StatusOK, g)

	return nil
}

// answer says in HTTP's words what only this package knows.
func answer(err error) error {
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return httpserver.Invalid("The name is not valid.", httpserver.FieldError{Field: "name", Detail: invalid.Detail})
	}

	return err // the table of internal/app has an answer, or it is 500
}

func write(w http.ResponseWriter, status int, g Greeting) {
	w.Header().Set("ETag", `"`+strconv.FormatInt(g.Version, 10)+`"`)
	httpserver.WriteJSON(w, status, g)
}

// ifMatch returns the version that the client has read.
func ifMatch(r *http.Request) (int64, error) {
	header := r.Header.Get("If-Match")
	if header == "" {
		return 0, &httpserver.ProblemError{Problem: httpserver.Problem{
			Status: http.StatusPreconditionRequired,
			Detail: "Send the ETag that you have read as If-Match, so that nobody's change is lost.",
		}}
	}
	text, opened := strings.CutPrefix(header, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	version, err := strconv.ParseInt(text, 10, 64)
	if !opened || !closed || err != nil {
		// It is an ETag of something else, and so not of what there is.
		return 0, &httpserver.ProblemError{Problem: httpserver.Problem{Status: http.StatusPreconditionFailed}}
	}

	return version, nil
}
