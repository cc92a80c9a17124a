package snippets

func scriptDropIn(r Recipe, t Target, o DropInOptions) DropIn { return DropIn{} }
func goDropIn(r Recipe, o DropInOptions, files []File) DropIn { return DropIn{} }
