// Command promql reads PromQL expressions, a JSON string a line, and prints what each reads, a JSON object a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// matcher is one condition of a selector.
type matcher struct {
	Label string `json:"label"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// selector is a metric that an expression reads.
type selector struct {
	Metric   string    `json:"metric"`
	Matchers []matcher `json:"matchers"`
	// Grouping are the labels that aggregations and matchings around it name.
	Grouping []string `json:"grouping"`
}

type answer struct {
	Error     string     `json:"error,omitempty"`
	Selectors []selector `json:"selectors"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var expr string
		if err := json.Unmarshal(lines.Bytes(), &expr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := out.Encode(read(expr)); err != nil {
			os.Exit(2)
		}
	}
}

func read(text string) answer {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(text)
	if err != nil {
		return answer{Error: err.Error()}
	}
	found := answer{Selectors: []selector{}}
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		vector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		one := selector{Metric: vector.Name, Matchers: []matcher{}, Grouping: []string{}}
		for _, m := range vector.LabelMatchers {
			if m.Name == labels.MetricName {
				continue
			}
			one.Matchers = append(one.Matchers, matcher{m.Name, m.Type.String(), m.Value})
		}
		for _, around := range path {
			switch around := around.(type) {
			case *parser.AggregateExpr:
				one.Grouping = append(one.Grouping, around.Grouping...)
			case *parser.BinaryExpr:
				if around.VectorMatching != nil && around.VectorMatching.On {
					one.Grouping = append(one.Grouping, around.VectorMatching.MatchingLabels...)
				}
			}
		}
		found.Selectors = append(found.Selectors, one)
		return nil
	})
	return found
}
