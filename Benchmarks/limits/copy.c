/* The limit for turning one delimited file into another: fields are cut, put into another order, quoted where they must be and
   written; nothing stands in the middle. The same scanner and the same UTF-8 and NFC check as the gateway's, so that the
   difference is the price of the canonical product. Rows with a wrong GTIN check digit are left out, as the gateway does.
   cc -O2 -I ../../Sources/COcopShims/include copy.c ../../Sources/COcopShims/ocop_*.c
   copy INPUT OUTPUT DELIMITER SKIPPED_ROWS GTIN_COLUMN HEADER COLUMN…      columns from 0 */
#include "ocop_shims.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { chunk = 1 << 18, room = 1024 };
static uint8_t in[chunk * 2], out[chunk * 2];
static size_t out_count;
static int output;

static void flush(void) {
  for (size_t at = 0; at < out_count;) {
    ssize_t n = write(output, out + at, out_count - at);
    if (n < 0) exit(4);
    at += (size_t)n;
  }
  out_count = 0;
}

static int good_gtin(const uint8_t *digits, size_t count) {
  int sum = 0;
  for (size_t i = 0; i < count; i++) {
    if (digits[i] < '0' || digits[i] > '9') return 0;
    sum += (digits[i] - '0') * ((count - i) % 2 ? 1 : 3);
  }
  return count > 0 && sum % 10 == 0;
}

int main(int argc, char **argv) {
  if (argc < 8) return 64;
  int input = open(argv[1], O_RDONLY);
  output = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (input < 0 || output < 0) return 66;
  uint8_t delimiter = !strcmp(argv[3], "tab") ? '\t' : (uint8_t)argv[3][0], quote = delimiter == '\t' ? delimiter : '"';
  long skip = atol(argv[4]);
  size_t gtin = (size_t)atol(argv[5]), columns = (size_t)argc - 7, order[room];
  for (size_t i = 0; i < columns; i++) order[i] = (size_t)atol(argv[7 + i]);
  out_count = (size_t)snprintf((char *)out, sizeof out, "%s\r\n", argv[6]);

  uint32_t fields[2 * room];
  uint8_t doubled[room];
  size_t count = 0, row = 0;
  long rows = 0, written = 0;
  for (int at_end = 0;;) {
    /* One row from `row`: fields and whether each has doubled quotes. */
    size_t used = 0, start = row, at = row;
    int whole = 0;
    memset(doubled, 0, columns * 2 < room ? columns * 2 : room);
    while (at < count && used < room) {
      at = ocop_split(in, at, count, delimiter, quote, &start, fields, &used, room);
      if (at >= count) break;
      if (in[at] == quote && quote == '"' && at == start) {
        size_t from = at + 1, end = from;
        for (;;) {
          uint8_t *next = memchr(in + end, '"', count - end);
          if (!next) { at = count; break; }
          end = (size_t)(next - in);
          if (end + 1 >= count && !at_end) { at = count; break; }
          if (end + 1 < count && in[end + 1] == '"') { doubled[used] = 1; end += 2; continue; }
          at = end + 1;
          break;
        }
        if (at >= count && !at_end) break;
        fields[2 * used] = (uint32_t)from;
        fields[2 * used + 1] = (uint32_t)(end - from);
        used++;
        if (at < count && in[at] == delimiter) { start = ++at; continue; }
        start = (size_t)-1;
      }
      if (at < count && (in[at] == '\r' || in[at] == '\n')) {
        if (in[at] == '\r' && at + 1 >= count && !at_end) break;
        if (start != (size_t)-1) {
          fields[2 * used] = (uint32_t)start;
          fields[2 * used + 1] = (uint32_t)(at - start);
          used++;
        }
        at += in[at] == '\r' && at + 1 < count && in[at + 1] == '\n' ? 2 : 1;
        whole = 1;
        break;
      }
      if (at < count) at++;
    }
    if (!whole) {
      if (at_end) break;
      memmove(in, in + row, count - row);
      count -= row;
      row = 0;
      ssize_t n = read(input, in + count, chunk);
      if (n < 0) return 66;
      at_end = n == 0;
      size_t bad;
      if (n > 0 && ocop_scan_text(in + count, (size_t)n, &bad) < 0) return 65;
      count += (size_t)n;
      continue;
    }
    row = at;
    if (rows++ < skip) continue;
    if (gtin >= used || !good_gtin(in + fields[2 * gtin], fields[2 * gtin + 1])) continue;
    for (size_t i = 0; i < columns; i++) {
      if (i) out[out_count++] = ',';
      size_t k = order[i];
      if (k >= used) continue;
      const uint8_t *field = in + fields[2 * k];
      size_t length = fields[2 * k + 1];
      int quoted = ocop_find4(field, 0, length, ',', '"', '\r', '\n') < length;
      if (quoted) out[out_count++] = '"';
      if (quoted && !doubled[k]) {
        for (size_t from = 0; from < length;) {
          uint8_t *next = memchr(field + from, '"', length - from);
          size_t to = next ? (size_t)(next - field) + 1 : length;
          memcpy(out + out_count, field + from, to - from);
          out_count += to - from;
          if (next) out[out_count++] = '"';
          from = to;
        }
      } else {
        memcpy(out + out_count, field, length);
        out_count += length;
      }
      if (quoted) out[out_count++] = '"';
    }
    out[out_count++] = '\r';
    out[out_count++] = '\n';
    written++;
    if (out_count > chunk) flush();
  }
  flush();
  printf("rows %ld, written %ld\n", rows - skip, written);
  return 0;
}
