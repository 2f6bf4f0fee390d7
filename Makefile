# SPDX-License-Identifier: MIT
#
#   make            the programs, into build/cgi-bin
#   make check      unit tests and the replay of the fuzzing corpora
#   make soak       TIME=15m: load with random faults, and an account of it
#   make machine    as root: the README's installation and the units at work, on a Debian with systemd of its own
#   make mutations  ROWS=...: breaks the product in one way after the other, and expects the tests to find each
#   make test       everything: lint, both compilers, sanitizers, unit and end-to-end tests
#   make demo       the whole flow against the stand-in for Entra ID, on lighttpd
#   make lint       style, layers, manual pages, what each program links
#   make coverage   unit tests and replay, with the lines and branches of common/ that they reach
#   make valgrind   unit tests under memcheck; QUICK=1 for those that are quick there
#   make fuzz       TIME=3600: new inputs for each parser and each program, for so many seconds in all
#   make install    DESTDIR=... prefix=/usr
#
# CC=clang, SAN=1 (ASan and UBSan), COV=1, STATIC=1, WERROR=1 and V=1 work with each of them.

CC        := gcc
prefix    := /usr/local
VERSION   := 0.1.0

compiler  := $(or $(findstring afl,$(CC)),$(findstring clang,$(CC)))
flavour   := $(if $(SAN),-san)$(if $(COV),-cov)$(if $(STATIC),-static)$(if $(compiler),-$(compiler))
B         := build$(if $(flavour),/flavour$(flavour))

PROGRAMS  := $(basename $(notdir $(wildcard cgi-bin/*.c)))
LAYERS    := base protocol service
UNIT      := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/*/*_test.c))
DOORS     := $(PROGRAMS:%=door-%)
FUZZ      := $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c)) $(filter-out door-sallyport,$(DOORS))
PAGES     := $(wildcard cgi-bin/*.8)

# Programs that call nobody, and so link wholly static with STATIC=1.
WHOLLY_STATIC := metadata register consent token revoke introspect logout account

CPPFLAGS  := -Icommon -I$(B)/gen -D_GNU_SOURCE -DSALLYPORT_VERSION='"$(VERSION)"'
CFLAGS    := -std=c17 -O2 -g -fPIE -pthread \
             -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
             -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wvla \
             -Wimplicit-fallthrough -Wpointer-arith -Wnull-dereference \
             -fstack-protector-strong -fstack-clash-protection -fcf-protection \
             -ffunction-sections -fdata-sections
LDFLAGS   := -pie -pthread -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed -Wl,--gc-sections
LDLIBS    := -lfcgi -ljson-c -lsqlite3 -lcrypto -ldl -lm

ifneq ($(findstring clang,$(CC)),)
CFLAGS    += -Wcomma -Wmissing-variable-declarations
else
CFLAGS    += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -ftrivial-auto-var-init=zero
endif
ifdef WERROR
CFLAGS    += -Werror
endif
ifdef SAN
# A test asks for more memory than there is, and must be told so.
export ASAN_OPTIONS := $(ASAN_OPTIONS):allocator_may_return_null=1
CFLAGS    += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS   += -fsanitize=address,undefined
CFLAGS    += $(if $(filter clang,$(compiler)),-fsanitize=fuzzer-no-link)	# see fuzzers, below
endif
ifdef COV	# unoptimized, so that each branch of the source is one of the program; see valgrind for what is left out
CFLAGS    := $(filter-out -ftrivial-auto-var-init=zero,$(CFLAGS)) -O0 --coverage -fprofile-update=atomic
LDFLAGS   += --coverage -Wl,--wrap=_exit
endif
ifeq ($(SAN)$(COV),)
CPPFLAGS  += -D_FORTIFY_SOURCE=2
else	# there are hundreds of tests to link, and this linker needs a third of the time
LDFLAGS   += $(if $(shell command -v ld.lld),-fuse-ld=lld)
endif

Q         := $(if $(V),,@)
say        = $(if $(V),,@echo "  $(1)	$(2)")
archives   = $(foreach layer,$(1),$(B)/lib$(layer).a)

all: $(PROGRAMS:%=$(B)/cgi-bin/%)

# --- the layers: each may use only those before it, which the linker holds ---------------------

sources    = $(wildcard common/$(1)/*.c)
objects    = $(patsubst %.c,$(B)/obj/%.o,$(call sources,$(1)))
GENERATED := $(B)/gen/sql.h $(B)/gen/sql.c

define layer
$(B)/lib$(1).a: $(call objects,$(1))
	$$(call say,AR,$$@)
	$(Q)rm -f $$@ && $$(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))
$(B)/libservice.a: $(B)/gen/sql.o
ifdef COV
$(B)/libbase.a: $(B)/obj/tests/unit/flush.o
endif

$(B)/obj/%.o: %.c | $(GENERATED)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c | $(GENERATED)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/sql.h: sql/embed.awk $(wildcard sql/queries/*.sql sql/migrations/*.sql)
	@mkdir -p $(@D)
	$(Q)awk -v part=h -f $^ > $@.tmp && mv $@.tmp $@

$(B)/gen/sql.c: sql/embed.awk $(wildcard sql/queries/*.sql sql/migrations/*.sql)
	@mkdir -p $(@D)
	$(Q)awk -v part=c -f $^ > $@.tmp && mv $@.tmp $@

# --- the programs -------------------------------------------------------------------------------

static_libs = -Wl,-Bstatic -lfcgi -ljson-c -lsqlite3 -lcrypto -Wl,-Bdynamic -Wl,--exclude-libs,ALL -ldl -lm
$(B)/cgi-bin/%: ld := $(LDFLAGS)
$(B)/cgi-bin/%: libs := $(LDLIBS)
ifdef STATIC
$(B)/cgi-bin/%: libs := $(static_libs)
$(WHOLLY_STATIC:%=$(B)/cgi-bin/%): ld := $(filter-out -pie,$(LDFLAGS)) -static
$(WHOLLY_STATIC:%=$(B)/cgi-bin/%): libs := $(LDLIBS)
endif

$(PROGRAMS:%=$(B)/cgi-bin/%): $(B)/cgi-bin/%: $(B)/obj/cgi-bin/%.o $(call archives,service protocol base)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ld) -o $@ $^ $(libs)

# --- unit tests: each links its own layer and those below, so a call upwards does not link -------

$(filter $(B)/tests/unit/base/%,$(UNIT)): $(call archives,base)
$(filter $(B)/tests/unit/protocol/%,$(UNIT)): $(call archives,protocol base)
$(filter $(B)/tests/unit/service/%,$(UNIT)): $(call archives,service protocol base)

# What runs once need not be optimised, which takes longer than it runs.
$(UNIT:$(B)/%=$(B)/obj/%.o): private CFLAGS += -O0
$(UNIT:$(B)/%=$(B)/obj/%.o): private CPPFLAGS += -U_FORTIFY_SOURCE

$(UNIT): $(B)/%: $(B)/obj/%.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LDLIBS)

# Each target of tests/fuzz twice: to replay files, and with a fuzzer in it, which CC=clang SAN=1 (libFuzzer)
# and CC=afl-clang-fast SAN=1 (AFL++) make.  A door is a whole program behind tests/fuzz/door.

door      := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/fuzz/door/*.c))
wrap       = $(foreach f,$(1),-Wl,--wrap=$(f))

$(B)/obj/door/%.o: cgi-bin/%.c | $(GENERATED)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -include tests/fuzz/door/program.h -MMD -MP -c -o $@ $<

define target
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $(call wrap,arena_init arena_free) $(1) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)
endef

$(FUZZ:%=$(B)/tests/fuzz/%): $(B)/obj/tests/fuzz/standalone.o
$(FUZZ:%=$(B)/tests/fuzz/%) $(FUZZ:%=$(B)/fuzzers/%): $(B)/obj/tests/fuzz/arenas.o
$(B)/tests/fuzz/door-%: $(B)/obj/door/%.o $(door) $(call archives,service protocol base)
	$(call target,$(call wrap,epoll_wait))
$(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%_fuzz.o $(call archives,service protocol base)
	$(call target)
$(B)/fuzzers/door-%: $(B)/obj/door/%.o $(door) $(call archives,service protocol base)
	$(call target,-fsanitize=fuzzer $(call wrap,epoll_wait))
$(B)/fuzzers/%: $(B)/obj/tests/fuzz/%_fuzz.o $(call archives,service protocol base)
	$(call target,-fsanitize=fuzzer)

fuzzers: $(FUZZ:%=$(B)/fuzzers/%)

# What tests/privilege puts in the place of a program.
$(B)/tests/privilege/%: $(B)/obj/tests/privilege/%.o $(call archives,service protocol base)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

check: $(UNIT:=.ok) $(FUZZ:%=$(B)/tests/fuzz/%.ok)

$(UNIT:=.ok): %.ok: %
	$(call say,TEST,$<)
	$(Q)$< > $<.log 2>&1 || { cat $<.log; exit 1; }
	@touch $@

$(FUZZ:%=$(B)/tests/fuzz/%.ok): $(B)/tests/fuzz/%.ok: $(B)/tests/fuzz/% $(wildcard tests/fuzz/corpus/*/*)
	$(call say,REPLAY,$<)
	$(Q)$< tests/fuzz/corpus/$* > $<.log 2>&1 || { cat $<.log; exit 1; }
	@touch $@

# What unit tests and replay reach of common/.  A branch is a way out of a condition, of each part of && and ||
# too; each way must have been taken.

coverage:
	$(Q)find build/flavour-cov \( -name '*.gcda' -o -name '*.ok' \) -delete 2>/dev/null || true
	$(Q)$(MAKE) COV=1 check
	$(Q)gcovr --root . --filter common/ --object-directory build/flavour-cov -j $(shell nproc) --print-summary \
	    --fail-under-line 92 --fail-under-branch 80 --txt build/flavour-cov/coverage build/flavour-cov/obj/common

# Under memcheck: an error, or a block that nobody can free any more, fails the test, and so does one that goes on and
# on.  Always as COV=1 builds them: gcc sets each variable to zero elsewhere, and memcheck could not see one that
# nobody sets.

VALGRIND  := ulimit -v 12000000 && timeout 600 valgrind --quiet --error-exitcode=99 \
             --leak-check=full --errors-for-leak-kinds=definite,indirect,possible
# One measures time, one is refused execve(), which memcheck cannot bear, and two ask it for memory until there is none.
UNFIT     := service/entra_client_hurry base/syscall_filter protocol/json_memory service/curl_library_memory
# With QUICK=1: no RSA keys, which take up to half a minute there, and of service what opens no database, since
# OpenSSL and SQLite take some three seconds in each of the others.
SLOW      := $(addprefix protocol/,client_keys jws_rsa jws_verify)
LIGHT     := base/% protocol/% $(addprefix service/,audit_record audit_sink client_secret config% curl_library \
             io listing loop% peer% session_selection transfer%)
units      = $(patsubst %,$(B)/tests/unit/%_test,$(1))
VALGRINDED := $(filter-out $(call units,$(UNFIT) $(if $(QUICK),$(SLOW))),\
              $(if $(QUICK),$(filter $(call units,$(LIGHT)),$(UNIT)),$(UNIT)))

$(UNIT:=.valgrind): %.valgrind: %
	$(call say,VALGRIND,$<)
	$(Q)($(VALGRIND) $<) > $@.log 2>&1 || { cat $@.log; exit 1; }
	@touch $@

ifdef COV
valgrind: $(VALGRINDED:=.valgrind)
else
valgrind:
	$(Q)$(MAKE) COV=1 valgrind
endif

# --- everything else ------------------------------------------------------------------------------

lint: all
	$(Q)tests/lint/run $(B)

TIME      := 60
fuzz:
	$(Q)tests/fuzz/run $(TIME)

test:
	$(Q)tests/run

soak: all
	$(Q)tests/soak/run

machine:
	$(Q)tests/machine/run

mutations: all
	$(Q)tests/mutations/run $(ROWS)

demo:
	$(Q)tests/demo/run

install: all
	install -d $(DESTDIR)$(prefix)/lib/cgi-bin/sallyport $(DESTDIR)$(prefix)/sbin \
	    $(DESTDIR)$(prefix)/share/man/man8 $(DESTDIR)$(prefix)/share/sallyport
	for p in $(filter-out sallyport,$(PROGRAMS)); do \
	    install -m 755 $(B)/cgi-bin/$$p $(DESTDIR)$(prefix)/lib/cgi-bin/sallyport/ || exit 1; done
	install -m 755 $(B)/cgi-bin/sallyport $(DESTDIR)$(prefix)/sbin/
	for p in $(PAGES); do install -m 644 $$p $(DESTDIR)$(prefix)/share/man/man8/ || exit 1; done
	cp -R httpd-conf $(DESTDIR)$(prefix)/share/sallyport/

clean:
	rm -rf build

.PHONY: all check fuzzers coverage valgrind lint fuzz test soak machine mutations demo install clean
.SECONDARY:
.DELETE_ON_ERROR:

-include $(shell find $(B) -name '*.d' 2>/dev/null)
