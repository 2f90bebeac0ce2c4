// Command triggers tells which notifications Argo CD would send while an application changes.
//
// It reads a JSON document from standard input and writes, for each event, the names of the triggers that send.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/argoproj/notifications-engine/pkg/triggers"
)

type input struct {
	// By name, as argocd-notifications-cm has them.
	Triggers map[string][]triggers.Condition `json:"triggers"`
	Events   []event                         `json:"events"`
}

// event is what Argo CD finds when it looks at an application again.
type event struct {
	Now time.Time      `json:"now"`
	App map[string]any `json:"app"`
	// Commits by their id, and when each was made.
	Commits map[string]time.Time `json:"commits"`
	// Images of the manifests in Git.
	Images []string `json:"images"`
}

type commit struct{ Date time.Time }

type details struct{ Kustomize *kustomize }

type kustomize struct{ Images []string }

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fail(err)
	}
	service, err := triggers.NewService(in.Triggers)
	if err != nil {
		fail(err)
	}
	var names []string
	for name := range in.Triggers {
		names = append(names, name)
	}
	slices.Sort(names)
	told := map[string]bool{}
	sent := make([][]string, 0, len(in.Events))
	for _, each := range in.Events {
		now := []string{}
		for _, name := range names {
			results, err := service.Run(name, variables(each))
			if err != nil {
				fail(err)
			}
			for _, result := range results {
				if tell(told, name, result) {
					now = append(now, name)
				}
			}
		}
		sent = append(sent, now)
	}
	if err := json.NewEncoder(os.Stdout).Encode(sent); err != nil {
		fail(err)
	}
}

// tell keeps the record that Argo CD keeps in an annotation of the application (NotificationsState): what holds is told
// once, and again after it did not hold; what has a word for oncePer is never forgotten.
func tell(told map[string]bool, name string, result triggers.ConditionResult) bool {
	key := name + ":" + result.Key
	if result.OncePer != "" {
		key = result.OncePer + ":" + key
	}
	if !result.Triggered {
		delete(told, key)
		return false
	}
	before := told[key]
	told[key] = true
	return !before
}

// variables are what a condition may ask of Argo CD (util/notification/expression).
func variables(of event) map[string]any {
	return map[string]any{
		"app": of.App,
		"time": map[string]any{
			"Now":   func() time.Time { return of.Now },
			"Parse": parse,
		},
		"repo": map[string]any{
			"GetCommitMetadata": func(id string) any {
				date, known := of.Commits[id]
				if !known {
					panic("no such commit: " + id)
				}
				return commit{Date: date}
			},
			"GetAppDetails": func() any { return details{Kustomize: &kustomize{Images: of.Images}} },
		},
	}
}

func parse(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
