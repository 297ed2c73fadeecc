package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"labelup/internal/localconfluence"
	"labelup/internal/localconfluence/forgehost"
	"labelup/internal/service"
)

// forgeApp is a build of the app for Forge, with the listener of its pages.
type forgeApp struct {
	localconfluence.ForgeApp

	listener net.Listener // nil where there is no build
}

// listenForForge looks for the builds of the app, and listens for those that are
// there. A browser takes their pages for another site than Confluence's.
func listenForForge(ctx context.Context, o options, appURL string) ([]forgeApp, error) {
	out := []forgeApp{
		{ForgeApp: localconfluence.ForgeApp{Name: "native", Title: "Forge native"}},
		{ForgeApp: localconfluence.ForgeApp{Name: "remote", Title: "Forge Remote", Service: appURL}},
	}
	for i, at := range []string{o.forgeNative, o.forgeRemote} {
		one := &out[i]
		if _, err := os.Stat(filepath.Join(at, "manifest.yml")); err != nil {
			one.Missing = "not built: make forge HOST=" + one.Name
			continue
		}
		port := o.forgePort
		if port != 0 {
			port += i
		}
		listener, err := service.Listen(ctx, false, port)
		if err != nil {
			for _, earlier := range out[:i] {
				if earlier.listener != nil {
					_ = earlier.listener.Close() // nothing is served yet
				}
			}
			return nil, err
		}
		one.listener, one.Build, one.Origin = listener, os.DirFS(at), addressOf(listener, "localhost").String()
	}
	return out, nil
}

// remoteAppID is the id of the app whose calls the service takes, "" if none of
// the builds has it.
func remoteAppID(apps []forgeApp) (string, error) {
	for _, one := range apps {
		if one.Build == nil || one.Service == "" {
			continue
		}
		manifest, err := forgehost.ReadManifest(one.Build)
		if err != nil {
			return "", fmt.Errorf("%s: %w", one.Title, err)
		}
		return manifest.App.ID, nil
	}
	return "", nil
}
