// Annotations whose form is known, and structured ones.
@name(4) action a() { }
@name action b() { }
@deprecated("x" | "y") action c() { }
@hidden(1) action d() { }
@twice[1] @twice[2] action e() { }
@values[a = { 1, 2 }] action f() { }
@mixed[a = 1, 2] action g() { }
@unknown[x] action h() { }
@fine[1 + 2, "three", true] @fine_too("a" ++ "b") action i() { }
