package snippets

func accessFiles(o Options) []File { return nil }
