package config

import (
	"context"
	"crypto/md5" //nolint:gosec // Nacos compares contents by it; it guards nothing
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// centrePrefix begins the keys that lead to the centre.
const centrePrefix = "nacos."

// nacosPoll is how often Nacos 3 is asked. Its HTTP API can't wait for a
// change, and gRPC would bring more code than the rest of this program.
const nacosPoll = 1 * time.Second

const (
	defaultNacosAddress   = "http://nacos.nacos.svc.cluster.local:8848"
	defaultNacosNamespace = ""
	defaultNacosGroup     = "DEFAULT_GROUP"
	defaultNacosDataID    = "market.yaml"
)

// Nacos is where the settings are kept: one document, in the form of the file.
type Nacos struct {
	Address   string
	Namespace string
	Group     string
	DataID    string
	CAFile    string
}

func nacosFields() []Field {
	word := func(text string) bool { return text != "" && !strings.ContainsAny(text, "\x01\x02") }

	return []Field{
		{
			Key:  "nacos.address",
			Env:  "NACOS_ADDRESS",
			Doc:  "where Nacos' HTTP API is",
			kind: addressKind(func(c *Config) *string { return &c.Nacos.Address }, defaultNacosAddress),
		},
		{
			Key: "nacos.namespace",
			Env: "NACOS_NAMESPACE",
			Doc: "id of the namespace; the public one if empty",
			kind: wordKind(func(c *Config) *string { return &c.Nacos.Namespace }, defaultNacosNamespace,
				"an id, or nothing", func(string) bool { return true }),
		},
		{
			Key:  "nacos.group",
			Env:  "NACOS_GROUP",
			Doc:  "group of the document",
			kind: wordKind(func(c *Config) *string { return &c.Nacos.Group }, defaultNacosGroup, "a name", word),
		},
		{
			Key:  "nacos.dataId",
			Env:  "NACOS_DATA_ID",
			Doc:  "name of the document",
			kind: wordKind(func(c *Config) *string { return &c.Nacos.DataID }, defaultNacosDataID, "a name", word),
		},
		{
			Key:  "nacos.caFile",
			Env:  "NACOS_CA_FILE",
			Doc:  "certificates that Nacos' is checked against; the system's if empty",
			kind: caFileKind(func(c *Config) *string { return &c.Nacos.CAFile }),
		},
	}
}

// nacos reads one document: of Nacos 2 by its long poll, of Nacos 3 by asking
// again. One goroutine at a time uses it.
type nacos struct {
	centreHTTP

	namespace, group, dataID string
	credentials              Credentials

	legacy bool // the API of Nacos 2, which Nacos 3.2 has no more
	token  string
}

func newCentreClient(c *Config, credentials Credentials) (CentreClient, error) {
	h, err := newCentreHTTP(c.Nacos.Address, c.Nacos.CAFile)

	return &nacos{
		centreHTTP: h, namespace: c.Nacos.Namespace, group: c.Nacos.Group, dataID: c.Nacos.DataID,
		credentials: credentials,
	}, err
}

func (n *nacos) String() string {
	return fmt.Sprintf("%s %s/%s/%s", n.address, n.namespace, n.group, n.dataID)
}

func (n *nacos) Fetch(ctx context.Context, previous *Document) (Document, error) {
	if previous == nil {
		return n.get(ctx)
	}
	if n.legacy {
		changed, err := n.wait(ctx, previous.Revision)
		if err != nil || !changed {
			return *previous, err
		}

		return n.get(ctx)
	}
	select {
	case <-ctx.Done():
		return Document{}, ctx.Err()
	case <-time.After(nacosPoll):
		return n.get(ctx)
	}
}

// get asks by the API of Nacos 3, and falls back to that of Nacos 2 where there
// is no such thing.
func (n *nacos) get(ctx context.Context) (Document, error) {
	document, known, err := n.getCurrent(ctx)
	n.legacy = err == nil && !known
	if err != nil || known {
		return document, err
	}

	a, err := n.authorized(ctx, "/nacos/v1/cs/configs", url.Values{
		"tenant": {n.namespace}, "group": {n.group}, "dataId": {n.dataID},
	}, nil, nil)
	if err != nil {
		return Document{}, err
	}
	switch {
	case a.status == http.StatusOK:
		return nacosDocument(a.body), nil
	// Else it is the 404 of a server without this API.
	case a.status == http.StatusNotFound && strings.Contains(string(a.body), "config data not exist"):
		return Document{}, nil
	default:
		return Document{}, a.unexpected()
	}
}

// getCurrent also tells whether the server knows this API.
func (n *nacos) getCurrent(ctx context.Context) (document Document, known bool, err error) {
	a, err := n.authorized(ctx, "/nacos/v3/client/cs/config", url.Values{
		"namespaceId": {n.namespace}, "groupName": {n.group}, "dataId": {n.dataID},
	}, nil, nil)
	if err != nil {
		return Document{}, false, err
	}
	var result struct {
		Code *int `json:"code"`
		Data *struct {
			Content string `json:"content"`
		} `json:"data"`
	}
	err = json.Unmarshal(a.body, &result)
	switch {
	case err == nil && result.Code != nil && a.status == http.StatusOK && *result.Code == 0 && result.Data != nil:
		return nacosDocument([]byte(result.Data.Content)), true, nil
	case err == nil && result.Code != nil && *result.Code == nacosNotFound:
		return Document{}, true, nil
	case a.status == http.StatusNotFound:
		return Document{}, false, nil
	default:
		return Document{}, false, a.unexpected()
	}
}

// nacosNotFound is RESOURCE_NOT_FOUND among Nacos' error codes.
const nacosNotFound = 20004

// nacosDocument has the content's MD5 for a revision, as Nacos does.
func nacosDocument(content []byte) Document {
	sum := md5.Sum(content) //nolint:gosec // see the import

	return Document{Revision: hex.EncodeToString(sum[:]), Content: content}
}

// wait returns when the document isn't that of the revision any more, or after
// a while. Nacos holds no question for less than ten seconds.
func (n *nacos) wait(ctx context.Context, revision string) (changed bool, err error) {
	fields := []string{n.dataID, n.group, revision}
	if n.namespace != "" {
		fields = append(fields, n.namespace)
	}
	a, err := n.authorized(ctx, "/nacos/v1/cs/configs/listener", nil,
		url.Values{"Listening-Configs": {strings.Join(fields, "\x02") + "\x01"}},
		http.Header{"Long-Pulling-Timeout": {strconv.FormatInt(centreWait.Milliseconds(), 10)}})
	if err != nil {
		return false, err
	}
	if a.status != http.StatusOK {
		return false, a.unexpected()
	}

	return len(strings.TrimSpace(string(a.body))) > 0, nil
}

// authorized sends a request as this service's account. A token that has run
// out, or was made before the password was changed, is replaced once.
func (n *nacos) authorized(ctx context.Context, path string, query, form url.Values, header http.Header) (answer, error) {
	for attempt := 0; ; attempt++ {
		if n.token == "" {
			if err := n.login(ctx); err != nil {
				return answer{}, err
			}
		}
		authorized := url.Values{}
		for key, values := range query {
			authorized[key] = values
		}
		if n.token != "" {
			authorized.Set("accessToken", n.token)
		}
		a, err := n.send(ctx, path, authorized, form, header)
		refused := a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
		if err != nil || !refused {
			return a, err
		}
		if n.token == "" || attempt > 0 {
			return a, a.unexpected()
		}
		n.token = ""
	}
}

// login leaves the token empty where there is no account.
func (n *nacos) login(ctx context.Context) error {
	username, err := n.credentials.Read(NacosUsername)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	password, err := n.credentials.Read(NacosPassword)
	if err != nil {
		return err
	}
	form := url.Values{"username": {username.Reveal()}, "password": {password.Reveal()}}
	a, err := n.send(ctx, "/nacos/v3/auth/user/login", nil, form, nil)
	if err == nil && a.status == http.StatusNotFound {
		a, err = n.send(ctx, "/nacos/v1/auth/login", nil, form, nil)
	}
	if err != nil {
		return err
	}
	var result struct {
		AccessToken string `json:"accessToken"`
	}
	if a.status != http.StatusOK || json.Unmarshal(a.body, &result) != nil || result.AccessToken == "" {
		// Not the answer itself: it may hold what must not be logged.
		return fmt.Errorf("login at Nacos: status %d", a.status)
	}
	n.token = result.AccessToken

	return nil
}

func (n *nacos) Parse(content []byte) ([]Setting, error) {
	return parseYAML("nacos "+n.dataID, content)
}
