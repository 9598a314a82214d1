/*
 * Foreign read: a third party copies the whole ring under the lease, while a writer goes round it and the
 * scanner wipes and deletes. What it shows of a unit is 0, or all of the committed and unread record that
 * lies there: it looks at the cursor again, and shows nothing of what was read meanwhile.
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

/* Scanner.mark, Wipe.between, Scanner.delete */
proctype Scanner() {
    byte w;
    do
    :: atomic { word[cursor % CAP] == cursor + 1 -> cursor = cursor + 2 }
        if
        :: true ->
            word[head % CAP] = 0;
            w = head;
            do
            :: w < cursor -> word[w % CAP] = 0; body[w % CAP] = 0; w++
            :: else -> break
            od;
            head = cursor
        :: word[cursor % CAP] != 0      /* put off, while there is more to read */
        fi
    od
}

/* Area.read */
proctype Reader() {
    byte u, from, to, p, shown[CAP];
#ifndef NO_LEASE
    atomic { lease == 0 -> lease = 2 }
#endif
    /* Area.end, which repairs the tail */
    to = tail;
    do
    :: word[to % CAP] != 0 -> to = to + 2
    :: else -> break
    od;
    if :: to != tail -> tail = to :: else fi;
    from = cursor;
    do
    :: u == CAP -> break
    :: u < CAP -> shown[u] = body[u]; u++
    od;
#ifndef NO_SECOND_LOOK
    from = cursor;
#endif
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
        assert(shown[u] == 0 || (p < to && shown[u] == p / 2 + 1));
#else
        if
        :: p < to -> assert(shown[u] == p / 2 + 1)
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
