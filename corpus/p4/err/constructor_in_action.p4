// Actions make no objects.
extern E { E(); void call(); }
control sub()(E e) { apply { } }
control c() {
    action act() { sub(E()).apply(); }
    apply { act(); }
}
