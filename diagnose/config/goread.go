package config

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"strconv"
)

// goReader turns a parsed Go file into nodes.
type goReader struct{ file *token.File }

// readGo reads a Go file as a tree, and its package's name.
func readGo(src *source) (top *node, pkg string, err error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, src.name, src.text, parser.SkipObjectResolution)
	if err != nil {
		at, says := 0, err.Error()
		if list, ok := errors.AsType[scanner.ErrorList](err); ok && len(list) > 0 {
			at, says = list[0].Pos.Offset, list[0].Msg
		}
		return nil, "", &ReadError{src.position(at), "this is no Go: " + says, "a file that gofmt accepts"}
	}
	g := &goReader{file: fset.File(f.FileStart)}
	if deep(f) {
		return nil, "", &ReadError{Position{File: src.name}, "expressions are nested too deep", "source that people wrote"}
	}
	top = &node{kind: kBlock, end: len(src.text)}
	for _, d := range f.Decls {
		top.list = append(top.list, g.decl(d)...)
	}
	top.link()
	return top, f.Name.Name, nil
}

func (g *goReader) node(k kind, n ast.Node) *node {
	return &node{kind: k, start: g.file.Offset(n.Pos()), end: g.file.Offset(n.End())}
}

func (g *goReader) decl(d ast.Decl) []*node {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return []*node{g.function(d, d.Name, d.Type, d.Body)}
	case *ast.GenDecl:
		var out []*node
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ImportSpec:
				out = append(out, g.importSpec(s))
			case *ast.ValueSpec:
				out = append(out, g.values(s, identsToExprs(s.Names), s.Values)...)
			}
		}
		return out
	}
	return nil
}

func identsToExprs(ids []*ast.Ident) []ast.Expr {
	var out []ast.Expr
	for _, id := range ids {
		out = append(out, id)
	}
	return out
}

func (g *goReader) importSpec(s *ast.ImportSpec) *node {
	n := g.node(kImport, s)
	n.text, _ = strconv.Unquote(s.Path.Value)
	name := path.Base(n.text)
	if s.Name != nil {
		name = s.Name.Name
	}
	local := &node{kind: kIdent, text: name, start: n.start, end: n.end}
	n.list = []*node{{kind: kDecl, a: local, b: &node{kind: kString, text: "*"}, start: n.start, end: n.end}}
	return n
}

// values are declarations: a node each. One right side may give several values.
func (g *goReader) values(at ast.Node, left, right []ast.Expr) []*node {
	var out []*node
	for i, l := range left {
		d := g.node(kDecl, at)
		d.a = g.expr(l)
		switch {
		case len(right) == len(left):
			d.b = g.expr(right[i])
		case len(right) == 1:
			d.b = g.expr(right[0])
			if i > 0 && d.b.kind == kCall {
				d.b = &node{kind: kOther, list: []*node{d.b}, start: d.b.start, end: d.b.end}
			}
		}
		out = append(out, d)
	}
	return out
}

func (g *goReader) function(at ast.Node, name *ast.Ident, t *ast.FuncType, body *ast.BlockStmt) *node {
	n := g.node(kFunc, at)
	if name != nil {
		n.text, n.at = name.Name, g.file.Offset(name.Pos())
	}
	for _, field := range t.Params.List {
		for _, id := range field.Names {
			n.list = append(n.list, g.expr(id))
		}
	}
	if body != nil {
		n.b = g.block(body)
	}
	return n
}

func (g *goReader) block(b *ast.BlockStmt) *node {
	n := g.node(kBlock, b)
	n.list = g.stmts(b.List)
	return n
}

func (g *goReader) stmts(list []ast.Stmt) []*node {
	var out []*node
	for _, s := range list {
		out = append(out, g.stmt(s)...)
	}
	return out
}

func (g *goReader) stmt(s ast.Stmt) []*node {
	one := func(n *node) []*node { return []*node{n} }
	switch s := s.(type) {
	case nil:
		return nil
	case *ast.ExprStmt:
		return one(g.expr(s.X))
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			return g.values(s, s.Lhs, s.Rhs)
		}
		var out []*node
		for i, l := range s.Lhs {
			n := g.node(kAssign, s)
			n.text, n.a = s.Tok.String(), g.expr(l)
			n.b = g.expr(s.Rhs[min(i, len(s.Rhs)-1)])
			out = append(out, n)
		}
		return out
	case *ast.DeclStmt:
		return g.decl(s.Decl)
	case *ast.BlockStmt:
		return one(g.block(s))
	case *ast.IfStmt:
		out := g.stmt(s.Init)
		n := g.node(kIf, s)
		n.a, n.b = g.expr(s.Cond), g.block(s.Body)
		if s.Else != nil {
			rest := g.stmt(s.Else)
			n.c = &node{kind: kBlock, list: rest, start: g.file.Offset(s.Else.Pos()), end: n.end}
		}
		return append(out, n)
	case *ast.ForStmt:
		n := g.node(kLoop, s)
		n.list = append(g.stmt(s.Init), g.stmt(s.Post)...)
		if s.Cond != nil {
			n.list = append(n.list, g.expr(s.Cond))
		}
		n.b = g.block(s.Body)
		return one(n)
	case *ast.RangeStmt:
		n := g.node(kLoop, s)
		n.list = []*node{g.expr(s.X)}
		n.b = g.block(s.Body)
		return one(n)
	case *ast.SwitchStmt:
		return append(g.stmt(s.Init), g.switchStmt(s)...)
	case *ast.ReturnStmt:
		n := g.node(kReturn, s)
		for i, r := range s.Results {
			if i == 0 {
				n.a = g.expr(r)
			} else {
				n.list = append(n.list, g.expr(r))
			}
		}
		return one(n)
	case *ast.DeferStmt:
		return one(g.expr(s.Call))
	case *ast.GoStmt:
		return one(g.expr(s.Call))
	case *ast.LabeledStmt:
		return g.stmt(s.Stmt)
	case *ast.TypeSwitchStmt:
		return one(g.block(s.Body))
	case *ast.SelectStmt:
		return one(g.block(s.Body))
	case *ast.CaseClause:
		return g.stmts(s.Body)
	case *ast.CommClause:
		return g.stmts(s.Body)
	}
	return one(g.node(kOther, s))
}

// switchStmt is read as a chain of ifs.
func (g *goReader) switchStmt(s *ast.SwitchStmt) []*node {
	out := g.node(kBlock, s)
	for _, c := range s.Body.List {
		clause, ok := c.(*ast.CaseClause)
		if !ok {
			continue
		}
		body := g.node(kBlock, clause)
		body.list = g.stmts(clause.Body)
		var test *node
		for _, e := range clause.List {
			one := g.expr(e)
			if s.Tag != nil {
				one = &node{kind: kBinary, text: "==", a: g.expr(s.Tag), b: one, start: one.start, end: one.end}
			}
			if test == nil {
				test = one
			} else {
				test = &node{kind: kBinary, text: "||", a: test, b: one, start: test.start, end: one.end}
			}
		}
		if test == nil {
			out.list = append(out.list, body)
			continue
		}
		out.list = append(out.list, &node{kind: kIf, a: test, b: body, start: body.start, end: body.end})
	}
	return []*node{out}
}

func (g *goReader) expr(e ast.Expr) *node {
	switch e := e.(type) {
	case nil:
		return nil
	case *ast.Ident:
		n := g.node(kIdent, e)
		n.text = e.Name
		return n
	case *ast.BasicLit:
		n := g.node(kOther, e)
		n.text = e.Value
		if v, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			n.kind, n.text = kString, v
		}
		return n
	case *ast.ParenExpr:
		return g.expr(e.X)
	case *ast.SelectorExpr:
		n := g.node(kMember, e)
		n.a, n.text, n.at = g.expr(e.X), e.Sel.Name, g.file.Offset(e.Sel.Pos())
		return n
	case *ast.IndexExpr:
		n := g.node(kIndex, e)
		n.a, n.b = g.expr(e.X), g.expr(e.Index)
		if n.b.kind == kString {
			return &node{kind: kMember, a: n.a, text: n.b.text, at: n.b.start, start: n.start, end: n.end}
		}
		return n
	case *ast.CallExpr:
		n := g.node(kCall, e)
		n.a = g.expr(e.Fun)
		for _, a := range e.Args {
			n.list = append(n.list, g.expr(a))
		}
		return n
	case *ast.UnaryExpr:
		n := g.node(kUnary, e)
		n.text, n.a = e.Op.String(), g.expr(e.X)
		return n
	case *ast.StarExpr:
		n := g.node(kUnary, e)
		n.text, n.a = "*", g.expr(e.X)
		return n
	case *ast.BinaryExpr:
		n := g.node(kBinary, e)
		n.text, n.at, n.a, n.b = e.Op.String(), g.file.Offset(e.OpPos), g.expr(e.X), g.expr(e.Y)
		return n
	case *ast.FuncLit:
		return g.function(e, nil, e.Type, e.Body)
	case *ast.CompositeLit:
		return g.composite(e)
	case *ast.TypeAssertExpr:
		n := g.node(kOther, e)
		n.list = []*node{g.expr(e.X)}
		return n
	case *ast.SliceExpr:
		n := g.node(kOther, e)
		n.list = []*node{g.expr(e.X)}
		return n
	}
	return g.node(kOther, e)
}

// composite is a list, or an object where its elements have keys. Its text is
// the type's name.
func (g *goReader) composite(e *ast.CompositeLit) *node {
	n := g.node(kArray, e)
	if t := e.Type; t != nil {
		if x := g.expr(t); x.kind == kMember || x.kind == kIdent {
			n.text = x.dotted()
		}
	}
	for _, el := range e.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			n.list = append(n.list, g.expr(el))
			continue
		}
		n.kind = kObject
		p := g.node(kProp, kv)
		p.at, p.b = p.start, g.expr(kv.Value)
		switch k := g.expr(kv.Key); k.kind {
		case kString:
			p.text = k.text
		case kIdent:
			p.text = k.text
		default:
			p.a = k
		}
		n.list = append(n.list, p)
	}
	return n
}

// typeNames are the types that a file declares.
func typeNames(f *ast.File) []string {
	var out []string
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok {
			for _, s := range g.Specs {
				if t, ok := s.(*ast.TypeSpec); ok {
					out = append(out, t.Name.Name)
				}
			}
		}
	}
	return out
}

// deep says whether a tree is deeper than people write.
func deep(f *ast.File) bool {
	depth, most := 0, 0
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			depth--
			return true
		}
		depth++
		most = max(most, depth)
		return most <= 2*maxChain
	})
	return most > 2*maxChain
}
