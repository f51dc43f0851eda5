/*
 * Calls the schedule parser inside an installed pg_cron.so and prints the sets that it builds.
 *
 *   parserHarness LIBRARY ADDRESS
 *
 * ADDRESS is the name of an exported function or, where the library exports none, its offset in the library (0x...). Input:
 * schedules, each as its length in decimal, a newline, and its bytes. Output: one line each, "-" for a refused one, otherwise
 * minute, hour, day of month, month, day of week and flags as hexadecimal bytes in memory order, and the interval in seconds.
 *
 * No header of pg_cron is used: where the sets lie in its struct is found by parsing two schedules that are known.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char *(*parser)(char *);

enum { STRUCT_BYTES = 56, MAX_SCHEDULE = 1 << 16 };

/* Sets of "* * * * *": 60 minutes, 24 hours, 31 days, 12 months, 8 weekdays (0 and 7 are Sunday). */
static const unsigned char ALL[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x0f, 0xff};

/* What the parser itself needs of PostgreSQL. Every other symbol of the server is a stub that ends this program. */
_Bool errstart(int level, const char *domain) { return (void)level, (void)domain, 0; }
_Bool errstart_cold(int level, const char *domain) { return errstart(level, domain); }
char *asc_tolower(const char *text, size_t length) {
  char *copy = calloc(length + 1, 1);
  for (size_t i = 0; i < length; i++) copy[i] = (char)tolower((unsigned char)text[i]);
  return copy;
}
void unexpected(const char *symbol) {
  fprintf(stderr, "the parser called %s, which this harness does not have\n", symbol);
  exit(3);
}

static int fail(const char *why) {
  fprintf(stderr, "%s\n", why);
  return 2;
}

static parser find_parser(const char *library, const char *address) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return NULL;
  }
  if (strncmp(address, "0x", 2) != 0) return (parser)dlsym(handle, address);
  struct link_map *map;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0) return NULL;
  return (parser)(map->l_addr + strtoul(address, NULL, 16));
}

static int find_sets(parser parse) {
  char every_minute[] = "* * * * *";
  unsigned char *entry = parse(every_minute);
  if (entry == NULL) return -1;
  unsigned char *sets = memmem(entry, STRUCT_BYTES, ALL, sizeof ALL);
  int offset = sets == NULL ? -1 : (int)(sets - entry);
  free(entry);
  return offset;
}

/* Where "7 seconds" leaves its 7; -1 in a parser that knows no intervals. */
static int find_seconds(parser parse) {
  char seven[] = "7 seconds";
  unsigned char *entry = parse(seven);
  if (entry == NULL) return -1;
  int found = -1;
  for (int at = 0; at < STRUCT_BYTES; at++)
    if (entry[at] == 7 && found < 0) found = at;
  free(entry);
  return found;
}

static void print_entry(const unsigned char *entry, int sets, int seconds) {
  static const int sizes[] = {8, 3, 4, 2, 1};
  const unsigned char *at = entry + sets;
  for (int field = 0; field < 5; field++) {
    for (int i = 0; i < sizes[field]; i++) printf("%02x", *at++);
    putchar(' ');
  }
  int flags = (sets + (int)sizeof ALL + 3) / 4 * 4;
  printf("%d %d\n", entry[flags], seconds < 0 ? 0 : entry[seconds]);
}

int main(int argc, char **argv) {
  if (argc != 3) return fail("usage: parserHarness LIBRARY ADDRESS");
  parser parse = find_parser(argv[1], argv[2]);
  if (parse == NULL) return fail("the parser was not found in the library");
  int sets = find_sets(parse);
  if (sets < 0) return fail("what was found in the library is not the parser");
  int seconds = find_seconds(parse);
  static char schedule[MAX_SCHEDULE];
  for (int length; scanf("%d", &length) == 1;) {
    if (length < 0 || length >= MAX_SCHEDULE || getchar() != '\n') return fail("input is not lengths and schedules");
    if (fread(schedule, 1, (size_t)length, stdin) != (size_t)length) return fail("input ends within a schedule");
    schedule[length] = '\0';
    unsigned char *entry = parse(schedule);
    if (entry == NULL) puts("-");
    else print_entry(entry, sets, seconds);
    free(entry);
  }
  return 0;
}
