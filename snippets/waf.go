package snippets

func wafFiles(o Options) []File { return nil }
