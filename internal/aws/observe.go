package aws

import (
	"context"
	"errors"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Call is one call to the API, with all its tries.
type Call struct {
	Operation string        // "kms_decrypt", "s3_put", …: the words of operations
	Status    int           // HTTP status of the last try; 0 = no answer
	Duration  time.Duration // of s3_get: until the object was read to its end or closed
	Retries   int           // tries after the first
	Class     string        // empty = it worked; else one of the classes of Error
}

// operations are the calls that the package makes, and their words.
var operations = map[string]string{
	"GenerateDataKey":         "kms_new_data_key",
	"Decrypt":                 "kms_decrypt",
	"PutObject":               "s3_put",
	"CreateMultipartUpload":   "s3_put_begin",
	"UploadPart":              "s3_put_part",
	"CompleteMultipartUpload": "s3_put_complete",
	"AbortMultipartUpload":    "s3_put_abort",
	"GetObject":               "s3_get",
	"ListObjectsV2":           "s3_list",
	"DeleteObject":            "s3_delete",
	"PutLogEvents":            "logs_put",
	"PutRetentionPolicy":      "logs_retention",
	"CreateLogGroup":          "logs_create_group",
	"CreateLogStream":         "logs_create_stream",
	"FilterLogEvents":         "logs_read",
}

// observed puts itself around everything that the SDK does for one call. There
// it tells of the call, and replaces the error by one that may leave.
func observed(observe func(context.Context, Call)) func(*middleware.Stack) error {
	around := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error,
	) {
		begun := time.Now()
		out, metadata, err := next.HandleInitialize(ctx, in)
		call := Call{Operation: operations[middleware.GetOperationName(ctx)]}
		if call.Operation == "" {
			call.Operation = "aws_other"
		}
		if attempts, ok := retry.GetAttemptResults(metadata); ok {
			call.Retries = max(0, len(attempts.Results)-1)
		}
		if err != nil {
			if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
				call.Status = answer.HTTPStatusCode()
			}
			call.Class = classOf(err)
			err = &Error{call.Operation, call.Class}
		} else if answer, ok := awsmiddleware.GetRawResponse(metadata).(*smithyhttp.Response); ok {
			call.Status = answer.StatusCode
		}
		end := func(failure error) {
			if failure != nil {
				call.Class = classOf(failure)
			}
			call.Duration = time.Since(begun)
			if observe != nil {
				observe(ctx, call)
			}
		}
		if err == nil && call.Operation == "s3_get" {
			metadata.Set(endOfCall{}, end) // the object has yet to arrive
		} else {
			end(nil)
		}
		return out, metadata, err
	}
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("LabelupObserve", around), middleware.Before)
	}
}

// endOfCall is the key under which a call that has yet to end leaves the
// func(error) that ends it.
type endOfCall struct{}
