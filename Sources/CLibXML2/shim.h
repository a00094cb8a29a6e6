// Debian's libxml2 pulls in ICU headers that clash with Foundation's own ICU, so ICU is switched off for the import.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>
