package config

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"

	"corstui/diagnose/finding"
	"corstui/snippets"
)

func lineName(p Position) string { return fmt.Sprintf("line %d", p.Line) }

// CommonJS says whether a script uses require().
func (r *Review) CommonJS() bool {
	d, ok := r.doc.(*scriptDoc)
	return ok && d.commonJS
}

// DropInOptions are what a drop-in for this file must know of it.
func (r *Review) DropInOptions(o snippets.Options) snippets.DropInOptions {
	out := snippets.DropInOptions{Options: o, CommonJS: r.CommonJS()}
	if d, ok := r.doc.(*goDoc); ok {
		out.Package = d.pkg
	}
	return out
}

// due says whether a drop-in is to be put in: something is wrong, or a policy
// was asked for that the file does not have.
func (c *correction) due() bool {
	for _, p := range c.reviewed.Problems {
		if p.Severity != finding.Info && p.ID != "cookies-joined" {
			return true
		}
	}
	if c.wanted == nil {
		return false
	}
	have, w := c.reviewed.policy, c.wanted
	return !c.reviewed.statesOrigin || !subset(w.AllowOrigins, have.AllowOrigins, false) || w.Credentials && !have.Credentials ||
		!subset(w.AllowMethods, have.AllowMethods, false) || !subset(w.AllowHeaders, have.AllowHeaders, true) || !subset(w.ExposeHeaders, have.ExposeHeaders, true)
}

// byHand notes what no wrapper mends.
func (c *correction) byHand() {
	for _, p := range c.reviewed.Problems {
		if p.ID == "cookies-joined" {
			c.note("%s: by hand: new Response(response.body, response) keeps every Set-Cookie", p.Position)
		}
	}
}

// values puts right origins that were plainly meant, where nothing else is
// wrong: that needs no drop-in.
func (c *correction) values(p *program) bool {
	if c.wanted != nil && !subset(c.wanted.AllowOrigins, c.reviewed.policy.AllowOrigins, false) {
		return false
	}
	var edits []edit
	for _, problem := range c.reviewed.Problems {
		if problem.Severity == finding.Info || problem.ID == "cookies-joined" {
			continue
		}
		if problem.ID != "allow-origin-invalid" {
			return false
		}
		lit := p.literalAt(problem.off)
		if lit == nil {
			return false
		}
		_, mended := originFault(lit.text)
		if mended == "" || mended == lit.text {
			return false
		}
		quote := c.src.text[lit.start : lit.start+1]
		edits = append(edits, edit{lit.start, lit.end, quote + mended + quote})
		c.Policy.AllowOrigins = appendNew(c.Policy.AllowOrigins, mended)
	}
	c.edits = append(c.edits, edits...)
	return true
}

// literalAt is the string that stands at an offset, or that the name there
// stands for.
func (p *program) literalAt(off int) *node {
	var found *node
	p.top.walk(func(n *node) bool {
		if n.start == off && (n.kind == kString || n.kind == kIdent) && found == nil {
			found = n
		}
		return found == nil
	})
	for range 4 {
		if found == nil || found.kind == kString {
			return found
		}
		v := p.bound(found)
		if len(v) != 1 || v[0] == found {
			return nil
		}
		found = v[0]
	}
	return nil
}

// dropIn makes the drop-in of the policy, under a name that is free.
func (c *correction) dropIn() (snippets.File, []snippets.Use, error) {
	p, err := c.need()
	if err != nil {
		return snippets.File{}, nil, err
	}
	d, err := snippets.GenerateDropIn(snippets.RecipeCORS, c.reviewed.Kind.Target(), c.reviewed.DropInOptions(snippets.Options{Policy: p}))
	if err != nil {
		return snippets.File{}, nil, err
	}
	f := d.Files[0]
	if c.exists(f.Name) {
		stem, ext, _ := strings.Cut(f.Name, ".")
		sep := "-"
		if ext == "go" {
			sep = "_" // cors-policy.go would do, but is not how Go files are named
		}
		free := stem + sep + "policy." + ext
		f.Content = strings.ReplaceAll(f.Content, `"./`+f.Name+`"`, `"./`+free+`"`)
		for i := range d.Uses {
			d.Uses[i].Line = strings.ReplaceAll(d.Uses[i].Line, `"./`+f.Name+`"`, `"./`+free+`"`)
		}
		f.Name = free
	}
	return f, d.Uses, nil
}

func (d *scriptDoc) correct(c *correction) error {
	c.byHand()
	if d.overruled != nil || !c.due() || c.values(d.program) {
		return nil
	}
	f, uses, err := c.dropIn()
	if err != nil {
		return err
	}
	name := "withCORS"
	if d.kind == KindExpress {
		name = "corsPolicy"
	}
	load, local := uses[0].Line, name
	for d.names[local] != nil || d.imports[local].at != nil {
		local += "2"
	}
	if local != name && d.kind == KindWorker {
		load = strings.Replace(load, "{ "+name+" }", "{ "+name+" as "+local+" }", 1)
	} else {
		load = strings.Replace(load, " "+name+" ", " "+local+" ", 1)
	}
	use := d.useFirst
	if d.kind == KindWorker {
		use = d.wrap
	}
	if !use(c, local) {
		c.note("put this at its place by hand: %s %s", strings.ReplaceAll(uses[1].Line, name, local), uses[1].Where)
	}
	c.Files = append(c.Files, f)
	d.load(c, load)
	return nil
}

// wrap puts a call around what a module exports.
func (d *scriptDoc) wrap(c *correction, name string) bool {
	for _, n := range d.top.list {
		if n.kind != kExport || n.text != "default" || n.a == nil {
			continue
		}
		if n.a.kind == kClass || n.a.kind == kFunc {
			return false
		}
		c.insert(n.a.start, name+"(")
		c.insert(n.a.end, ")")
		return true
	}
	return false
}

// useFirst puts the middleware behind the line that makes the app.
func (d *scriptDoc) useFirst(c *correction, name string) bool {
	var app *node
	d.top.walk(func(n *node) bool {
		if app == nil && n.kind == kDecl && n.a.kind == kIdent && n.b != nil && n.b.kind == kCall && n.b.dottedCallee() == "express" {
			app = n
		}
		return app == nil
	})
	if app == nil {
		return false
	}
	line := d.src.indent(app.start) + d.styled(app.a.text+".use("+name+");")
	at := d.src.lineEnd(app.end - 1)
	if rest := strings.TrimSpace(d.src.text[app.end:at]); rest != "" && rest != ";" && !strings.HasPrefix(strings.TrimLeft(rest, "; "), "//") {
		c.insert(app.end, " "+strings.TrimSpace(line))
		return true
	}
	c.insert(at, c.ended(at)+line+d.src.newline())
	return true
}

// ended is a line break where the text does not end a line at an offset.
func (c *correction) ended(at int) string {
	if at > 0 && c.src.text[at-1] != '\n' {
		return c.src.newline()
	}
	return ""
}

// load puts the import of the drop-in after the file's own.
func (d *scriptDoc) load(c *correction, line string) {
	at, found := 0, false
	for _, n := range d.top.list {
		if n.kind == kImport || n.kind == kDecl && n.b != nil && n.b.kind == kCall && n.b.dottedCallee() == "require" && d.commonJS {
			at, found = d.src.lineEnd(n.end-1), true
			continue
		}
		if n.kind == kString && !found {
			at = d.src.lineEnd(n.end - 1) // "use strict"
			continue
		}
		if !found && at == 0 {
			at = d.beforeComment(n.start)
		}
		break
	}
	line = c.ended(at) + d.styled(line) + d.src.newline()
	if !found {
		line += d.src.newline()
	}
	c.insert(at, line)
}

// styled gives a line the quotes and the ends of the file's own imports.
func (d *scriptDoc) styled(line string) string {
	for _, n := range d.top.list {
		if n.kind != kImport && n.kind != kDecl && n.kind != kString {
			continue
		}
		text := d.src.text[n.start:n.end]
		if n.kind != kDecl && !strings.HasSuffix(text, ";") || n.kind == kDecl && n.end < len(d.src.text) && !strings.HasSuffix(text, ";") {
			line = strings.TrimSuffix(line, ";")
		}
		if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
			line = strings.ReplaceAll(line, `"`, "'")
		}
		return line
	}
	return line
}

// beforeComment is the start of the line of a statement, or of the comment that
// stands directly above it.
func (d *scriptDoc) beforeComment(off int) int {
	line := d.src.line(off)
	for line > 0 {
		above := strings.TrimSpace(d.src.text[d.src.lines[line-1]:d.src.lines[line]])
		if !strings.HasPrefix(above, "//") && !strings.HasPrefix(above, "*") && !strings.HasPrefix(above, "/*") {
			break
		}
		line--
	}
	if line == 0 && strings.HasPrefix(d.src.text, "#!") {
		return d.src.lineEnd(0)
	}
	return d.src.lines[line]
}

func (d *goDoc) correct(c *correction) error {
	c.byHand()
	if d.overruled != nil || !c.due() || c.values(d.program) {
		return nil
	}
	f, uses, err := c.dropIn()
	if err != nil {
		return err
	}
	f.Content, err = d.rename(f.Content)
	if err != nil {
		return err
	}
	name := exportedHandler(f.Content)
	served := d.served()
	for _, h := range served {
		if h.kind == kIdent && h.text == "nil" {
			c.replace(h.start, h.end, name+"(http.DefaultServeMux)")
			continue
		}
		c.insert(h.start, name+"(")
		c.insert(h.end, ")")
	}
	if len(served) == 0 {
		c.note("put this at its place by hand: %s %s", strings.Replace(uses[0].Line, "CORS(", name+"(", 1), uses[0].Where)
	}
	c.Files = append(c.Files, f)
	return nil
}

// exportedHandler is the name of the function that wraps a handler.
func exportedHandler(content string) string {
	_, after, _ := strings.Cut(content, "\nfunc CORS")
	rest, _, _ := strings.Cut(after, "(")
	return "CORS" + rest
}

// rename gives the drop-in's names another form where the package has them.
func (d *goDoc) rename(content string) (string, error) {
	taken := map[string]bool{}
	note := func(top *node) {
		for _, n := range top.list {
			switch n.kind {
			case kFunc:
				taken[n.text] = true
			case kDecl:
				taken[n.a.text] = true
			}
		}
	}
	note(d.top)
	d.types(d.src, taken)
	if names, err := d.files.Glob("*.go"); err == nil {
		for _, name := range names[:min(len(names), maxFiles)] {
			b, err := d.files.ReadFile(name)
			if err != nil || strings.HasSuffix(name, "_test.go") || len(b) > MaxSource {
				continue
			}
			src := newSource(name, b)
			if top, pkg, err := readGo(src); err == nil && pkg == d.pkg {
				note(top)
				d.types(src, taken)
			}
		}
	}
	mine := map[string]bool{}
	own := newSource("cors.go", []byte(content))
	top, _, err := readGo(own)
	if err != nil {
		return "", err
	}
	for _, n := range top.list {
		name := n.text
		if n.kind == kDecl {
			name = n.a.text
		}
		if taken[name] && (n.kind == kFunc || n.kind == kDecl) {
			mine[name] = true
		}
	}
	if taken["corsWriter"] {
		mine["corsWriter"] = true
	}
	if len(mine) == 0 {
		return content, nil
	}
	return renameIdentifiers(content, mine), nil
}

// types notes the names of a file's types.
func (d *goDoc) types(src *source, to map[string]bool) {
	f, err := parser.ParseFile(token.NewFileSet(), src.name, src.text, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	for _, name := range typeNames(f) {
		to[name] = true
	}
}

// renameIdentifiers puts Policy behind some identifiers, in code and in the
// comments that begin with them.
func renameIdentifiers(content string, names map[string]bool) string {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(content))
	var s scanner.Scanner
	s.Init(file, []byte(content), nil, scanner.ScanComments)
	var edits []edit
	after := token.ILLEGAL
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		off := file.Offset(pos)
		switch {
		case tok == token.IDENT && names[lit] && after != token.PERIOD:
			edits = append(edits, edit{off + len(lit), off + len(lit), "Policy"})
		case tok == token.COMMENT:
			if first, _, ok := strings.Cut(strings.TrimPrefix(lit, "// "), " "); ok && names[first] {
				edits = append(edits, edit{off + 3 + len(first), off + 3 + len(first), "Policy"})
			}
		}
		after = tok
	}
	return apply(content, edits)
}
