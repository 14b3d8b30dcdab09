// What has a member at least.
enum None { }
error { }
