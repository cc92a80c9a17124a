package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
	"go.yaml.in/yaml/v3"
)

// settings are how the user likes the screen, in the file corstui/config.yaml
// of the configuration folder. Flags overrule it; a verdict never depends on it.
type settings struct {
	// Keys rebinds actions: an action's name, as the help shows it, to its keys.
	Keys  map[string][]string `yaml:"keys"`
	Theme string              `yaml:"theme"`
	ASCII bool                `yaml:"ascii"`
	// NoMouse leaves the mouse to the terminal; NoAnim draws no moving packet.
	NoMouse bool `yaml:"no-mouse"`
	NoAnim  bool `yaml:"no-anim"`
}

// readSettings reads the settings. Without a file they are empty. What is wrong in
// one is said in a line that names the file; the screen then opens without it.
func readSettings() (settings, error) {
	path := filepath.Join(xdg.ConfigHome, "corstui", "config.yaml")
	b, err := readRegular(path, maxOwn)
	if err != nil {
		return settings{}, nil //nolint:nilerr // no settings are no fault
	}
	var c settings
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) { // an empty file
		return settings{}, fmt.Errorf("%s: %s; right would be keys, theme, ascii, no-mouse, no-anim", path, strings.Join(strings.Fields(err.Error()), " "))
	}
	return c, nil
}
