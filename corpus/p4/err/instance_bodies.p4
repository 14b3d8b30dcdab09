// Only externs with abstract methods have a body, also an empty one.
#include <core.p4>
package box();
extern plain { plain(); }
control inner() { apply { } }
control outer() {
    box() boxed = {};
    inner() made = { bit<8> f(in missing m) { return 1; } };
    plain() bare = { bit<8> g<T, T>(in T t) { return 1; } };
    apply { }
}
control shape();
package top(shape s);
top(outer()) main;
