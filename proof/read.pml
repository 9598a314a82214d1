/*
 * Foreign read: a third party copies the whole ring under the lease, while a writer goes round it and the
 * scanner deletes. What it sees of a unit is 0, or all of the committed record that lies there.
 * Records have two units; body words hold their record's number.
 */
#define CAP 6
#define MSGS 5
byte word[CAP], body[CAP];
byte tail, head, cursor, lease;
byte begun;

proctype Writer() {
    do
    :: begun == MSGS -> break
    :: else ->
        atomic { lease == 0 && tail - head + 3 <= CAP -> lease = 1 }
        begun++;
        body[tail % CAP] = begun;
        body[(tail + 1) % CAP] = begun;
        word[(tail + 2) % CAP] = 0;
        word[tail % CAP] = tail + 1;
        tail = tail + 2;
        lease = 0
    od
}

proctype Scanner() {
    do
    :: atomic { word[cursor % CAP] == cursor + 1 -> cursor = cursor + 2 }
        head = cursor
    od
}

proctype Reader() {
    byte u, from, to, p, first;
#ifndef NO_LEASE
    atomic { lease == 0 -> lease = 2 }
#endif
    to = tail;
    from = head;
    u = 0;
    do
    :: u == CAP -> break
    :: u < CAP ->
        /* the position in [from, to) that lies at this unit, if one does */
        p = from;
        do
        :: p < to && p % CAP != u -> p++
        :: else -> break
        od;
#ifdef NO_BOUNDS
        first = body[u];
        assert(first == 0 || (p < to && first == p / 2 + 1));
#else
        if
        :: p < to -> first = body[u]; assert(first == p / 2 + 1)
        :: else
        fi;
#endif
        u++
    od;
#ifndef NO_LEASE
    lease = 0
#endif
}

init {
    atomic { run Writer(); run Scanner(); run Reader() }
    timeout -> assert(cursor == 2 * MSGS && lease == 0)
}
