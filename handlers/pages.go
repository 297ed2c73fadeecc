package handlers

import (
	"context"
	"net/http"
	"time"

	"labelup/internal/fault"
	"labelup/macros"
)

// macro is the page in the macro's iframe.
func (s *Server) macro(x *exchange) error { return s.frame(x, macros.Panel) }

// macroEditor is the form for the macro's parameters.
func (s *Server) macroEditor(x *exchange) error { return s.frame(x, macros.Editor) }

// byline is the same panel, opened from the line under the page's title.
func (s *Server) byline(x *exchange) error { return s.frame(x, macros.Byline) }

func (s *Server) frame(x *exchange, view macros.View) error {
	caller := x.caller
	buffer := s.buffers.Get().(*[]byte) //nolint:forcetypeassert // the pool holds nothing else
	*buffer = s.Pages.Append((*buffer)[:0], macros.Frame{
		View:           view,
		ContentID:      caller.Query("contentId"),
		ContentType:    caller.Query("contentType"),
		ContentVersion: caller.Query("contentVersion"),
		SpaceID:        caller.Query("spaceId"),
		SpaceKey:       caller.Query("spaceKey"),
		Output:         caller.Query("output"),
		Parameter:      caller.Query,
		Licensed:       caller.Licensed,
		SignedIn:       caller.AccountID != "",
		Language:       language(x),
	})
	x.send(http.StatusOK, contentHTML, *buffer)
	s.buffers.Put(buffer)
	return nil
}

// staticTimeout is below the 5 s that a Confluence of 2016 waited for a static
// macro; nobody says how long today's waits.
const staticTimeout = 4 * time.Second

// macroStatic is the macro where no script runs. It reads as the person who
// exports, if there is one, so that nobody is shown what they may not see; a
// mail has no reader yet, then it reads as the app. A reading that fails
// leaves a sentence: an export must not fail because of one macro.
func (s *Server) macroStatic(x *exchange) error {
	caller := x.caller
	static := macros.Static{
		Parameter: caller.Query,
		WikiURL:   caller.Site.WikiURL,
		SpaceKey:  caller.SpaceKey,
		Words:     s.Words(string(language(x))),
	}
	ctx, cancel := context.WithTimeout(x.request.Context(), staticTimeout)
	defer cancel()
	read := s.asApp
	if caller.AccountID != "" {
		read = func(x *exchange) (Confluence, error) { return s.asUser(x, readOnly) }
	}
	site, err := read(x)
	if err == nil {
		static.Labels, err = site.Labels(ctx, caller.Shown)
	}
	if err != nil {
		x.fault = x.faultOf(err)
		if x.fault.Kind == fault.CallerLeft {
			return err
		}
		x.send(http.StatusOK, contentHTML, []byte(static.Unavailable()))
		return nil
	}
	x.send(http.StatusOK, contentHTML, []byte(static.Storage()))
	return nil
}

// language is the reader's: what the host says, or else what they accept. Where
// nothing is proved it is the same two, and all that they can do is choose.
func language(x *exchange) macros.Language {
	var said string
	if x.caller != nil {
		said = x.caller.Query("loc")
	} else {
		said = x.request.URL.Query().Get("loc")
	}
	return macros.LanguageOf(said, x.request.Header.Get("Accept-Language"))
}
