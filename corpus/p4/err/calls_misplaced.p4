// Who may call what.
#include <core.p4>
control inner() { apply { } }
action shared() { }
void f() { shared(); }
parser p(packet_in b) {
    state start {
        shared();
        transition accept;
    }
}
control c(inout bit<8> x) {
    inner() sub;
    table t { actions = { NoAction; } }
    action direct() { t.apply(); }
    action through() { sub.apply(); }
    apply {
        verify(x == 1, error.NoMatch);
        direct();
        through();
    }
}
