// What an action can be given.
extern E { E(); }
control c() {
    action a(E e) { }
    action b(int x) { }
    apply { }
}
