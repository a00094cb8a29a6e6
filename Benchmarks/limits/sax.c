/* The limit for reading XML: libxml2's SAX2 push parser on 64 KiB chunks with callbacks that only count.
   cc -O2 sax.c $(xml2-config --cflags --libs);  sax FILE */
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long elements, attributes, characters;

static void start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                  const xmlChar **namespaces, int attribute_count, int defaulted, const xmlChar **values) {
  elements++;
  attributes += attribute_count;
}
static void end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {}
static void text(void *context, const xmlChar *bytes, int count) { characters += count; }

int main(int argc, char **argv) {
  enum { chunk = 65536 };
  static char bytes[chunk];
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  if (!file) return 66;
  setvbuf(file, NULL, _IONBF, 0);
  xmlSAXHandler handler;
  memset(&handler, 0, sizeof handler);
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = start;
  handler.endElementNs = end;
  handler.characters = text;
  size_t count = fread(bytes, 1, 4, file);
  xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handler, NULL, bytes, (int)count, argv[1]);
  xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
  while ((count = fread(bytes, 1, chunk, file)) > 0) xmlParseChunk(parser, bytes, (int)count, 0);
  xmlParseChunk(parser, bytes, 0, 1);
  printf("elements %ld, attributes %ld, bytes of text %ld\n", elements, attributes, characters);
  return parser->wellFormed ? 0 : 65;
}
