package aws

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The classes of a failed call.
const (
	Throttled   = "throttled"   // too many calls; later it works
	Denied      = "denied"      // credentials, permissions, or a key that may not be used so
	NotFound    = "not_found"   // no such key, bucket, object, log group or stream
	Exists      = "exists"      // what was to be made is there already
	Unavailable = "unavailable" // AWS fails, cannot be reached, or its answer broke off
	Timeout     = "timeout"     // the time for the call ran out
	Canceled    = "canceled"    // the caller gave up
	Other       = "other"       // anything else: asking again will not help
)

// Error is a failed call. It holds fixed words only, and wraps nothing.
type Error struct {
	Operation string // as in Call
	Class     string
}

func (e *Error) Error() string { return e.Operation + ": " + e.Class }

// Is lets errors.Is see fs.ErrNotExist, context.Canceled and
// context.DeadlineExceeded in the classes that mean the same.
func (e *Error) Is(target error) bool {
	switch e.Class {
	case NotFound:
		return target == fs.ErrNotExist
	case Canceled:
		return target == context.Canceled
	case Timeout:
		return target == context.DeadlineExceeded
	default:
		return false
	}
}

// leave makes of an error what may leave the package.
func leave(operation string, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	return &Error{operation, classOf(err)}
}

// classIs reports whether an error is one of ours with a class.
func classIs(err error, class string) bool {
	known, ok := errors.AsType[*Error](err)
	return ok && known.Class == class
}

// classByCode has the error codes whose HTTP status says something else.
// Throttling codes are the SDK's own list.
var classByCode = map[string]string{
	// KMS; a wrong encryption context is an invalid ciphertext to it
	"AccessDeniedException":       Denied,
	"DisabledException":           Denied,
	"IncorrectKeyException":       Denied,
	"InvalidCiphertextException":  Denied,
	"InvalidKeyUsageException":    Denied,
	"KMSInvalidStateException":    Denied,
	"InvalidGrantTokenException":  Denied,
	"NotFoundException":           NotFound,
	"KeyUnavailableException":     Unavailable,
	"DependencyTimeoutException":  Unavailable,
	"KMSInternalException":        Unavailable,
	"UnrecognizedClientException": Denied,
	"InvalidSignatureException":   Denied,
	"IncompleteSignature":         Denied,
	"MissingAuthenticationToken":  Denied,
	"ExpiredTokenException":       Denied,

	// CloudWatch Logs
	"ResourceNotFoundException":      NotFound,
	"ResourceAlreadyExistsException": Exists,
	"DataAlreadyAcceptedException":   Exists,
	"OperationAbortedException":      Unavailable, // two processes make the same group
	"ServiceUnavailableException":    Unavailable,

	// S3
	"InvalidToken":       Denied,
	"ExpiredToken":       Denied,
	"InvalidAccessKeyId": Denied,
	"RequestTimeout":     Unavailable, // the body did not arrive in time
}

func classOf(err error) string {
	if class := classOfContext(err); class != "" {
		return class
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		if _, throttles := retry.DefaultThrottleErrorCodes[api.ErrorCode()]; throttles {
			return Throttled
		}
		if class, known := classByCode[api.ErrorCode()]; known {
			return class
		}
	}
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		if class := classOfStatus(answer.HTTPStatusCode()); class != "" {
			return class
		}
	}
	return classOfTransport(err)
}

func classOfContext(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	default:
		return ""
	}
}

func classOfStatus(status int) string {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Denied
	case status == http.StatusNotFound:
		return NotFound
	case status == http.StatusTooManyRequests:
		return Throttled
	case status >= 500:
		return Unavailable
	default:
		return ""
	}
}

func classOfTransport(err error) string {
	if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() {
		return Timeout
	}
	_, sending := errors.AsType[*smithyhttp.RequestSendError](err)
	_, reading := errors.AsType[*smithy.DeserializationError](err)
	_, network := errors.AsType[*net.OpError](err)
	broken := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	if sending || reading || network || broken {
		return Unavailable
	}
	return Other
}
