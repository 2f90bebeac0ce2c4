package config

import "regexp"

const (
	defaultNATSURL      = "tls://nats.messaging.svc.cluster.local:4222"
	defaultNATSUser     = ""
	defaultNATSStream   = "GREETINGS"
	defaultNATSSubject  = "greetings.created"
	defaultNATSConsumer = "market"

	// Three servers keep a stream when one of them is lost; a server that stands alone can't.
	defaultNATSReplicas = 3
	maxNATSReplicas     = 5
)

// NATS is where messages go and come from. The credential NATSPassword is the
// User's password, and the server's token where there is no User.
type NATS struct {
	URL      string
	User     string
	Stream   string
	Subject  string
	Consumer string
	Replicas int
}

var (
	// natsURL has no room for a password: a setting is printed, a secret is not.
	natsURL = regexp.MustCompile(`^(nats|tls)://[A-Za-z0-9.:\[\]_-]+(,(nats|tls)://[A-Za-z0-9.:\[\]_-]+)*$`)

	// natsName is what a stream or a consumer may be called; both become parts of
	// subjects and of file names.
	natsName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

	// natsSubject has no wildcards: one can't publish to them.
	natsSubject = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

	natsUser = regexp.MustCompile(`^[^\s:]{0,64}$`)
)

func natsFields() []Field {
	const name = "letters, digits, dashes and underscores, at most 64"

	return []Field{
		{
			Key:  "nats.url",
			Env:  "NATS_URL",
			Doc:  "servers of NATS; tls:// encrypts and checks the server's name",
			kind: textKind(func(c *Config) *string { return &c.NATS.URL }, defaultNATSURL, natsURL, "nats://host:port or tls://host:port, several with commas, without a password"),
		},
		{
			Key:  "nats.user",
			Env:  "NATS_USER",
			Doc:  "user of NATS, whose password is the credential nats-password; without a user that is the token",
			kind: textKind(func(c *Config) *string { return &c.NATS.User }, defaultNATSUser, natsUser, "a name without spaces and colons, or nothing"),
		},
		{
			Key:  "nats.stream",
			Env:  "NATS_STREAM",
			Doc:  "stream that keeps the messages; made if there is none",
			kind: textKind(func(c *Config) *string { return &c.NATS.Stream }, defaultNATSStream, natsName, name),
		},
		{
			Key:  "nats.subject",
			Env:  "NATS_SUBJECT",
			Doc:  "subject of the messages",
			kind: textKind(func(c *Config) *string { return &c.NATS.Subject }, defaultNATSSubject, natsSubject, "words with full stops between them, no wildcards"),
		},
		{
			Key:  "nats.consumer",
			Env:  "NATS_CONSUMER",
			Doc:  "durable consumer that the replicas share",
			kind: textKind(func(c *Config) *string { return &c.NATS.Consumer }, defaultNATSConsumer, natsName, name),
		},
		{
			Key:  "nats.replicas",
			Env:  "NATS_REPLICAS",
			Doc:  "servers that keep a copy of a stream that is made here; one that exists is left as it is",
			kind: intKind(func(c *Config) *int { return &c.NATS.Replicas }, defaultNATSReplicas, 1, maxNATSReplicas),
		},
	}
}
