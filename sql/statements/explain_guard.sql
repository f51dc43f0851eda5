-- Plans what a guarded refresh asks first, without running it; fails where it cannot be asked. :guard is an expression.
explain select :guard;
