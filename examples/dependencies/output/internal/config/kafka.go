package config

import "regexp"

const (
	defaultKafkaBrokers = "kafka.messaging.svc.cluster.local:9093"
	defaultKafkaUser    = "checkout"
	defaultKafkaTopic   = "greetings.created"
	defaultKafkaGroup   = "checkout"
)

// How clients say who they are.
const (
	KafkaSCRAM  = "scram-sha-512"
	KafkaNobody = "none"
)

// Kafka is where messages go and come from. The credential KafkaPassword is the
// User's password.
type Kafka struct {
	Brokers string
	TLS     string
	SASL    string
	User    string
	Topic   string
	Group   string
}

var (
	kafkaBrokers = regexp.MustCompile(`^[A-Za-z0-9.:\[\]_-]+:[0-9]+(,[A-Za-z0-9.:\[\]_-]+:[0-9]+)*$`)

	// kafkaName leaves room for what is put behind it: a topic has 249 characters.
	kafkaName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$`)

	kafkaSASL = regexp.MustCompile("^(" + KafkaSCRAM + "|" + KafkaNobody + ")$")
)

func kafkaFields() []Field {
	const name = "letters, digits, full stops, dashes and underscores, at most 200"

	return []Field{
		{
			Key:  "kafka.brokers",
			Env:  "KAFKA_BROKERS",
			Doc:  "brokers to begin with; they tell of the others",
			kind: textKind(func(c *Config) *string { return &c.Kafka.Brokers }, defaultKafkaBrokers, kafkaBrokers, "host:port, several with commas"),
		},
		{
			Key:  "kafka.tls",
			Env:  "KAFKA_TLS",
			Doc:  "verify encrypts and checks the brokers' names; disable does neither",
			kind: tlsKind(func(c *Config) *string { return &c.Kafka.TLS }),
		},
		{
			Key:  "kafka.sasl",
			Env:  "KAFKA_SASL",
			Doc:  "how to log in",
			kind: textKind(func(c *Config) *string { return &c.Kafka.SASL }, KafkaSCRAM, kafkaSASL, KafkaSCRAM+" or "+KafkaNobody),
		},
		{
			Key:  "kafka.user",
			Env:  "KAFKA_USER",
			Doc:  "user of Kafka, whose password is the credential kafka-password",
			kind: textKind(func(c *Config) *string { return &c.Kafka.User }, defaultKafkaUser, kafkaName, name),
		},
		{
			Key:  "kafka.topic",
			Env:  "KAFKA_TOPIC",
			Doc:  "topic of the messages; that of dead letters has .dead behind it. Made if there is none",
			kind: textKind(func(c *Config) *string { return &c.Kafka.Topic }, defaultKafkaTopic, kafkaName, name),
		},
		{
			Key:  "kafka.group",
			Env:  "KAFKA_GROUP",
			Doc:  "consumer group that the replicas share",
			kind: textKind(func(c *Config) *string { return &c.Kafka.Group }, defaultKafkaGroup, kafkaName, name),
		},
	}
}
