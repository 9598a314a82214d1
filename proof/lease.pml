/*
 * The lease word alone: two processors enter sections again and again, end, throw, and make room for the
 * next processor of the same index; a third party breaks the lease of a holder that is gone. At no time
 * may two threads be able to store under the lease.
 */
#define TOKEN(h, n) (16 * ((h) + 1) + (n))
#define INDEX(l) ((l) / 16 - 1)
#define SECTION(l) ((l) % 16)
#ifndef ROUNDS
#define ROUNDS 2
#endif

byte lease;
byte section[2];        /* Holder.section */
byte sections[2];       /* Holders.sections: where the numbers of an index go on */
bool present[2], alive[2];
byte storing;
byte ends = 2;

proctype Processor(byte h) {
    byte n, rounds, lives;
    do
    :: lives == 2 -> break
    :: else ->
        lives++;
#ifdef SECTIONS_RESTART
        n = 0;
#else
        n = sections[h];
#endif
        atomic { section[h] = 0; alive[h] = true; present[h] = true }
        rounds = 0;
        do
        :: rounds == ROUNDS -> break
        :: else ->
            rounds++;
#ifdef SAME_SECTION
            n = 1;
#else
            n++;
#endif
#ifndef ENTER_LATE
            section[h] = n;                                     /* Holder.enter */
#endif
            if
            :: atomic { lease == 0 -> lease = TOKEN(h, n) }
#ifdef ENTER_LATE
                section[h] = n;
#endif
                atomic { storing++; assert(storing == 1) }      /* Area.held */
                if
                :: storing--                                    /* to its end, or thrown */
                :: atomic { ends > 0 -> ends--; storing--; alive[h] = false; break }
                fi;
#ifdef LEAVE_EARLY
                section[h] = 0;
#endif
                if                                              /* Area.release */
                :: lease == TOKEN(h, n) -> lease = 0
                :: else
                fi
            :: lease != 0                                       /* lost the race */
            fi;
            section[h] = 0                                      /* Holder.leave */
        od;
        sections[h] = n;                                        /* Holders.remove */
        present[h] = false
    od
}

/* Area.contended, Holders.gone */
proctype Breaker() {
    byte l;
endIdle:
    do
    :: atomic { lease != 0 -> l = lease }
        if
        :: !present[INDEX(l)] || !alive[INDEX(l)]
        :: section[INDEX(l)] != SECTION(l)
#ifdef BREAK_LIVE
        :: true
#endif
        :: else -> goto endIdle
        fi;
        atomic { if :: lease == l -> lease = 0 :: else fi; l = 0 }
    od
}

init {
    atomic { run Processor(0); run Processor(1); run Breaker() }
    timeout -> assert(lease == 0)
}
