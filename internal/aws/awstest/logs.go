package awstest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// logs is CloudWatch Logs. It refuses what breaks a limit of PutLogEvents.
type logs struct {
	mu       sync.Mutex
	groups   map[string]*group
	batches  []int // how many lines each accepted PutLogEvents had
	pageSize int   // of FilterLogEvents; 0 = 10,000
}

type group struct {
	retentionDays int
	streams       map[string]bool
	lines         []line
}

type line struct {
	stream, id, text string
	at               int64
}

// AddLogGroup makes a group without a retention, with one stream.
func (f *Fake) AddLogGroup(name, stream string) {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	f.logs.groups[name] = &group{streams: map[string]bool{stream: true}}
}

// RemoveLogGroup deletes a group with all its lines.
func (f *Fake) RemoveLogGroup(name string) {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	delete(f.logs.groups, name)
}

// AddLine puts a line into a group that exists.
func (f *Fake) AddLine(t testing.TB, name, stream, text string, at time.Time) {
	t.Helper()
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	g := f.logs.groups[name]
	if g == nil {
		t.Fatalf("there is no log group %s", name)
	}
	g.add(stream, text, at.UnixMilli())
}

// AllLines are those of every stream, in the order in which they came.
func (f *Fake) AllLines(name string) []string {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	var texts []string
	if g := f.logs.groups[name]; g != nil {
		for _, l := range g.lines {
			texts = append(texts, l.text)
		}
	}
	return texts
}

// Lines are those of one stream, in the order in which they came; none if
// there is no such stream.
func (f *Fake) Lines(name, stream string) []string {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	var texts []string
	if g := f.logs.groups[name]; g != nil {
		for _, l := range g.lines {
			if l.stream == stream {
				texts = append(texts, l.text)
			}
		}
	}
	return texts
}

// RetentionDays is how long a group keeps lines; 0 if it keeps them for good
// or is not there.
func (f *Fake) RetentionDays(name string) int {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	if g := f.logs.groups[name]; g != nil {
		return g.retentionDays
	}
	return 0
}

// Batches are the sizes of the accepted PutLogEvents, in lines.
func (f *Fake) Batches() []int {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	return slices.Clone(f.logs.batches)
}

// PageSize sets how many lines one answer of FilterLogEvents has at most.
func (f *Fake) PageSize(lines int) {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	f.logs.pageSize = lines
}

func (g *group) add(stream, text string, at int64) {
	g.lines = append(g.lines, line{stream, strconv.Itoa(len(g.lines)), text, at})
}

type logsRequest struct {
	Group           string   `json:"logGroupName"`
	Stream          string   `json:"logStreamName"`
	RetentionInDays int      `json:"retentionInDays"`
	Events          []logged `json:"logEvents"`
	StartTime       *int64   `json:"startTime"`
	EndTime         *int64   `json:"endTime"`
	NextToken       string   `json:"nextToken"`
}

type logged struct {
	Timestamp int64  `json:"timestamp"`
	Message   string `json:"message"`
}

func (l *logs) serve(operation string, body []byte) (any, *problem) {
	var in logsRequest
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refused("SerializationException", "")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.groups[in.Group]
	if operation == "CreateLogGroup" {
		if found != nil {
			return nil, refused("ResourceAlreadyExistsException", "The specified log group already exists")
		}
		l.groups[in.Group] = &group{streams: map[string]bool{}}
		return struct{}{}, nil
	}
	if found == nil {
		return nil, refused("ResourceNotFoundException", "The specified log group arn:aws:logs:"+Region+":"+Account+":log-group:"+in.Group+" does not exist.")
	}
	switch operation {
	case "CreateLogStream":
		if found.streams[in.Stream] {
			return nil, refused("ResourceAlreadyExistsException", "The specified log stream already exists")
		}
		found.streams[in.Stream] = true
		return struct{}{}, nil
	case "PutRetentionPolicy":
		if !slices.Contains([]int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731}, in.RetentionInDays) {
			return nil, refused("InvalidParameterException", "retentionInDays")
		}
		found.retentionDays = in.RetentionInDays
		return struct{}{}, nil
	case "PutLogEvents":
		return l.put(found, in)
	case "FilterLogEvents":
		return l.filter(found, in), nil
	default:
		return nil, refused("UnknownOperationException", operation)
	}
}

func (l *logs) put(g *group, in logsRequest) (any, *problem) {
	if !g.streams[in.Stream] {
		return nil, refused("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	size := 0
	for _, e := range in.Events {
		size += len(e.Message) + 26
		if e.Message == "" {
			return nil, refused("InvalidParameterException", "a log event has no message")
		}
	}
	ordered := slices.IsSortedFunc(in.Events, func(a, b logged) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	count := len(in.Events)
	switch {
	case count == 0 || count > 10_000:
		return nil, refused("InvalidParameterException", "number of log events")
	case size > 1_048_576:
		return nil, refused("InvalidParameterException", "Upload too large")
	case !ordered:
		return nil, refused("InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order.")
	case in.Events[count-1].Timestamp-in.Events[0].Timestamp > 24*time.Hour.Milliseconds():
		return nil, refused("InvalidParameterException", "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	l.batches = append(l.batches, count)
	// What is older than 14 days, or more than two hours ahead, is thrown away.
	oldest, newest := time.Now().Add(-14*24*time.Hour).UnixMilli(), time.Now().Add(2*time.Hour).UnixMilli()
	rejected := map[string]int{}
	for i, e := range in.Events {
		switch {
		case e.Timestamp < oldest:
			rejected["tooOldLogEventEndIndex"] = i + 1
		case e.Timestamp <= newest:
			g.add(in.Stream, e.Message, e.Timestamp)
		case rejected["tooNewLogEventStartIndex"] == 0:
			rejected["tooNewLogEventStartIndex"] = i
		}
	}
	if len(rejected) > 0 {
		return map[string]any{"rejectedLogEventsInfo": rejected}, nil
	}
	return struct{}{}, nil
}

// filter answers with an empty page first, as CloudWatch may do.
func (l *logs) filter(g *group, in logsRequest) any {
	size := cmp.Or(l.pageSize, 10_000)
	if in.NextToken == "" && l.pageSize > 0 {
		return map[string]any{"events": []any{}, "nextToken": "0"}
	}
	var matching []line
	for _, e := range g.lines {
		if (in.StartTime == nil || e.at >= *in.StartTime) && (in.EndTime == nil || e.at <= *in.EndTime) {
			matching = append(matching, e)
		}
	}
	slices.SortStableFunc(matching, func(a, b line) int { return cmp.Compare(a.at, b.at) })
	from, _ := strconv.Atoi(in.NextToken) // "" is 0
	from = min(from, len(matching))
	to := min(from+size, len(matching))
	events := []map[string]any{}
	for _, e := range matching[from:to] {
		events = append(events, map[string]any{
			"eventId": e.id, "logStreamName": e.stream, "message": e.text, "timestamp": e.at, "ingestionTime": e.at,
		})
	}
	answer := map[string]any{"events": events}
	if to < len(matching) {
		answer["nextToken"] = strconv.Itoa(to)
	}
	return answer
}
