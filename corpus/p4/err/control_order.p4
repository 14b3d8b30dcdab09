// Declarations come before `apply`, which is there once.
control c() {
    apply { }
    action late() { }
}
control d() {
    apply { }
    apply { }
}
control e() {
    action alone() { }
}
