#include <core.p4>
bit<8> missing(in bit<8> x) { if (x == 1) { return 2; } }
bit<8> mistyped(in bit<8> x) { return x == 1; }
void nothing(in bit<8> x) { return x; }
bit<8> empty(in bit<8> x) { return; }
bit<8> calls(in bit<8> x) { act(); return later(x); }
bit<8> later(in bit<8> x) { return x; }
action act() { }
action order(bit<8> n, in bit<8> x) { n = x; }
bit<8> in_function(in bit<8> x) { act(); x = 1; return later; }
control c(inout bit<8> x) {
    table t { actions = { act; } }
    action applies() { t.apply(); }
    apply {
        x = nothing(x);
        x = t;
        t();
        x = t.apply();
        x = t.apply().hot;
        x = t.apply(1).hit;
        x();
        if (t.apply().action_run == 1) { }
        verify(true, error.NoError);
    }
}
