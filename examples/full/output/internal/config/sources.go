package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFileBytes is the size limit of a ConfigMap. A file that is larger is the
// wrong file.
const maxFileBytes = 1 << 20

// Env is the layer of environment variables. Only the names in the table are
// looked up: the environment is shared with the runtime, the kubelet and the
// shell, so an unknown variable is not an error here.
type Env struct {
	Getenv func(string) string
}

func (e Env) Read(context.Context) ([]Setting, error) {
	var settings []Setting
	for _, f := range Fields() {
		// Empty is unset: that is what `FOO=` in a compose file means.
		if text := e.Getenv(f.Env); text != "" {
			settings = append(settings, Setting{Key: f.Key, Value: text, Origin: "env " + f.Env})
		}
	}

	return settings, nil
}

// File is the layer of the YAML file.
type File struct {
	Path string
}

func (f File) Read(context.Context) ([]Setting, error) {
	content, err := f.content()
	if err != nil {
		return nil, fmt.Errorf("config file: %w", err)
	}

	return parseYAML("file "+f.Path, content)
}

func (f File) content() ([]byte, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, err
	}
	// Opened for reading: nothing can be lost on close.
	defer func() { _ = file.Close() }()

	content, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxFileBytes {
		return nil, fmt.Errorf("%s is larger than %s", f.Path, formatBytes(maxFileBytes))
	}

	return content, nil
}

// parseYAML walks the syntax tree and not a struct, so that every message has
// its line, and that nothing is silently converted, merged or taken twice.
func parseYAML(origin string, content []byte) ([]Setting, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil // an empty file sets nothing
	case err != nil:
		return nil, fmt.Errorf("%s: %w", origin, err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: more than one YAML document; want one", origin)
	}

	p := yamlParser{origin: origin, seen: make(map[string]bool)}
	root := document.Content[0]
	if isNull(root) {
		return nil, nil // so does one of comments only
	}
	if root.Kind != yaml.MappingNode {
		return nil, &Error{Key: "(root)", Origin: p.place(root), Reason: "not a mapping", Want: "keys and values"}
	}
	p.mapping("", root)

	return p.settings, errors.Join(p.errs...)
}

type yamlParser struct {
	origin   string
	seen     map[string]bool
	settings []Setting
	errs     []error
}

func (p *yamlParser) place(n *yaml.Node) string {
	return fmt.Sprintf("%s:%d", p.origin, n.Line)
}

func (p *yamlParser) mapping(prefix string, node *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		key := prefix + name.Value
		switch {
		case p.seen[key]:
			p.fail(key, name, "set twice", "each key once")
		case value.Kind == yaml.MappingNode && prefix != valuesPrefix:
			p.mapping(key+".", value)
		case isNull(value) && isSection(key):
			// A section whose every line is a comment.
		case isNull(value):
			p.fail(key, value, "has no value", "a value, or no such line")
		case value.Kind != yaml.ScalarNode:
			p.fail(key, value, "not a plain value", "one value without anchors, lists or nesting")
		default:
			p.settings = append(p.settings, Setting{Key: key, Value: value.Value, Origin: p.place(value)})
		}
		p.seen[key] = true
	}
}

func (p *yamlParser) fail(key string, node *yaml.Node, reason, want string) {
	p.errs = append(p.errs, &Error{Key: key, Origin: p.place(node), Reason: reason, Want: want})
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func isSection(key string) bool {
	for _, f := range Fields() {
		if strings.HasPrefix(f.Key, key+".") {
			return true
		}
	}

	return key+"." == valuesPrefix
}
