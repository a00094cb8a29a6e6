// Small C helpers that Swift cannot express or cannot make fast: vector scans and variadic calls. Prefix: ocop_.
#ifndef OCOP_SHIMS_H
#define OCOP_SHIMS_H
#include "ocop_files.h"
#include "ocop_scan.h"
#include "ocop_split.h"
#include "ocop_sqlite.h"
#endif
