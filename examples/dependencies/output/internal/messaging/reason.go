package messaging

import "strings"

// maxReason keeps a dead letter from being refused for what is said about it.
const maxReason = 1000

// Reason says in one line of valid text, which is what the headers of a dead
// letter have room for, why it is one.
func Reason(err error) string {
	text := err.Error()
	if len(text) > maxReason {
		text = text[:maxReason] + " …"
	}
	text = strings.ToValidUTF8(text, "\uFFFD")

	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}

		return r
	}, text)
}
