// Command strict judges manifests as an API server would that runs the given Kubernetes version. Every YAML document is
// decoded with unknown and duplicate fields refused, then created through the API server's own strategies: for built-in
// kinds those of Kubernetes, with the feature gates as they are by default in that version, and for custom resources
// those of their published definitions, with patterns, enumerations and CEL rules. A field that is dropped without a
// word is an error, and so is a warning. Last comes the validation that the project behind the kind runs itself. It
// needs no cluster and no network.
//
// Usage: strict [-crds FOLDER] [-kubernetes 1.NN] [-json] FILE… (standard input without one).
// Exit code 1 when a document is bad or there is none, 2 for a usage error.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apimachinery/pkg/util/yaml"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	sigsyaml "sigs.k8s.io/yaml"
)

// verdict is what is printed for a document with -json, one a line.
type verdict struct {
	File     string   `json:"file"`
	Document int      `json:"document"`
	Kind     string   `json:"kind"`
	Problems []string `json:"problems"`
}

func main() {
	crds := flag.String("crds", "", "folder of CustomResourceDefinitions; without it custom resources are unknown kinds")
	kubernetes := flag.String("kubernetes", "", "version whose feature gates are in force; the newest one without it")
	asJSON := flag.Bool("json", false, "print a line of JSON for every document")
	flag.Parse()

	judge, err := newJudge(*crds, *kubernetes)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	judged, bad := 0, 0
	report := func(v verdict) {
		judged++
		if len(v.Problems) > 0 {
			bad++
		}
		if *asJSON {
			line, _ := json.Marshal(v)
			out.Write(append(line, '\n'))
			return
		}
		for _, problem := range v.Problems {
			fmt.Fprintf(out, "%s: document %d: %s\n", v.File, v.Document, problem)
		}
	}
	if flag.NArg() == 0 {
		judge.file("standard input", os.Stdin, report)
	}
	for _, name := range flag.Args() {
		file, err := os.Open(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		judge.file(name, file, report)
		file.Close()
	}
	if !*asJSON {
		fmt.Fprintf(out, "%d documents, %d bad\n", judged, bad)
	}
	out.Flush()
	if bad > 0 || judged == 0 {
		os.Exit(1)
	}
}

// judge knows the kinds.
type judge struct {
	core   map[schema.GroupVersionKind]kind
	custom *customKinds
	own    map[schema.GroupVersionKind]ownCheck
}

// ownCheck is how the project behind a custom resource reads it: into its Go type, and then through its validation.
type ownCheck func(json []byte) []error

func newJudge(crds, kubernetes string) (*judge, error) {
	if kubernetes != "" {
		wanted, err := version.ParseGeneric(kubernetes)
		if err != nil {
			return nil, err
		}
		if err := utilfeature.DefaultMutableFeatureGate.SetEmulationVersion(wanted); err != nil {
			return nil, err
		}
	}
	custom, err := findCustomKinds(crds)
	if err != nil {
		return nil, err
	}
	own := map[schema.GroupVersionKind]ownCheck{}
	addIstio(own)
	addArgo(own)
	addMonitoring(own)
	addSecrets(own)
	return &judge{core: coreKinds(), custom: custom, own: own}, nil
}

func (j *judge) file(name string, r io.Reader, report func(verdict)) {
	docs := yaml.NewYAMLReader(bufio.NewReader(r))
	for n := 1; ; n++ {
		doc, err := docs.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			report(verdict{File: name, Document: n, Problems: []string{err.Error()}})
			return
		}
		if !isEmpty(doc) {
			kind, problems := j.document(doc)
			v := verdict{File: name, Document: n, Kind: kind, Problems: []string{}}
			for _, problem := range problems {
				v.Problems = append(v.Problems, fmt.Sprintf("%s: %v", kind, problem))
			}
			report(v)
		}
	}
}

// document returns the kind as far as it is known, and what is wrong.
func (j *judge) document(doc []byte) (string, []error) {
	json, err := sigsyaml.YAMLToJSONStrict(doc) // refuses duplicate keys
	if err != nil {
		return "", []error{err}
	}
	var meta runtime.TypeMeta
	if err := sigsyaml.Unmarshal(json, &meta); err != nil {
		return "", []error{err}
	}
	gvk := schema.FromAPIVersionAndKind(meta.APIVersion, meta.Kind)
	known, ok := j.core[gvk]
	if !ok {
		if known, err = j.custom.find(gvk); err != nil {
			return meta.Kind, []error{err}
		}
	}
	object, err := known.decode(json)
	if err != nil {
		return meta.Kind, []error{err}
	}
	problems := create(gvk, known, object)
	if check := j.own[gvk]; check != nil {
		problems = append(problems, check(json)...)
	}
	return meta.Kind, problems
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
