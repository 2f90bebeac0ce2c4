// Command strict judges manifests as an API server would: every YAML document is decoded into the official Go type of
// its kind with unknown and duplicate fields refused, then goes through the validation that the project behind the
// kind runs itself. It needs no cluster and no network.
//
// Usage: strict FILE… (standard input without one). Exit 1 when a document is bad or there is none.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

// kind is how the documents of one apiVersion and kind are judged.
type kind struct {
	// decode returns the object, or what is wrong with its fields.
	decode func(json []byte) (runtime.Object, error)
	// validate may be nil.
	validate func(runtime.Object) []error
}

func main() {
	kinds := map[schema.GroupVersionKind]kind{}
	addCore(kinds)
	addIstio(kinds)
	addArgo(kinds)
	addMonitoring(kinds)

	judged, bad := 0, 0
	judge := func(name string, r io.Reader) {
		docs := yaml.NewYAMLReader(bufio.NewReader(r))
		for n := 1; ; n++ {
			doc, err := docs.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var problems []error
			if err != nil {
				problems = []error{err}
			} else if isEmpty(doc) {
				continue
			} else {
				problems = judgeDocument(kinds, doc)
			}
			judged++
			if len(problems) > 0 {
				bad++
			}
			for _, problem := range problems {
				fmt.Printf("%s: document %d: %v\n", name, n, problem)
			}
			if err != nil {
				return
			}
		}
	}

	if len(os.Args) == 1 {
		judge("standard input", os.Stdin)
	}
	for _, name := range os.Args[1:] {
		file, err := os.Open(name)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		judge(name, file)
		file.Close()
	}
	fmt.Printf("%d documents, %d bad\n", judged, bad)
	if bad > 0 || judged == 0 {
		os.Exit(1)
	}
}

func judgeDocument(kinds map[schema.GroupVersionKind]kind, doc []byte) []error {
	json, err := sigsyaml.YAMLToJSONStrict(doc) // refuses duplicate keys
	if err != nil {
		return []error{err}
	}
	var meta runtime.TypeMeta
	if err := sigsyaml.Unmarshal(json, &meta); err != nil {
		return []error{err}
	}
	gvk := schema.FromAPIVersionAndKind(meta.APIVersion, meta.Kind)
	known, ok := kinds[gvk]
	if !ok {
		return []error{fmt.Errorf("%s %s: no such kind", meta.APIVersion, meta.Kind)}
	}
	object, err := known.decode(json)
	if err != nil {
		return []error{fmt.Errorf("%s: %w", meta.Kind, err)}
	}
	if known.validate == nil {
		return nil
	}
	var named []error
	for _, problem := range known.validate(object) {
		named = append(named, fmt.Errorf("%s: %w", meta.Kind, problem))
	}
	return named
}

// isEmpty tells a document of comments and separators from one that says something.
func isEmpty(doc []byte) bool {
	for _, line := range bytes.Split(doc, []byte("\n")) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && string(line) != "---" {
			return false
		}
	}
	return true
}
