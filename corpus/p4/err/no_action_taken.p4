// `NoAction` is an action without parameters.
action NoAction(in bit<8> x) { }
control c() {
    action a() { }
    table t { actions = { a; } }
    apply { t.apply(); }
}
