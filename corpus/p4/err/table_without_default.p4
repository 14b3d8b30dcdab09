// Without `NoAction` a table needs a default action.
control c() {
    action a() { }
    table t { actions = { a; } }
    apply { t.apply(); }
}
