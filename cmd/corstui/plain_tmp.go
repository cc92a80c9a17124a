package main

import (
	"context"
	"errors"
	"io"

	"corstui/ui"
)

func plainScreen(context.Context, io.Reader, io.Writer, ui.Options) error {
	return errors.New("--plain: not available in this build")
}
