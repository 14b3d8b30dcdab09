#include <v1model.p4>
control c(inout bit<8> x, inout bit<9> p) {
    action fwd(bit<9> port) { p = port; }
    action other() { }
    table t {
        key = { x: exat; p: exact; }
        actions = { fwd; NoAction; }
        default_action = other();
        const entries = {
            (1, 2): fwd(3);
            (1 &&& 3, 2): fwd(3);
            (1, 2): fwd();
            1: NoAction();
        }
        siz = 10;
    }
    table without_actions { key = { x: exact; } }
    table twice { actions = { NoAction; } size = 1; size = 2; }
    apply {
        t.aply();
        if (t.apply().hits) { }
        switch (t.apply().action_run) {
            fwdd: { }
            default: { }
            other: { }
        }
        bool b = t.apply();
    }
}
