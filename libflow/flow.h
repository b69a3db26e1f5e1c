/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* All of libflow that programs use; they include this and the small tools of base, net and time. */

#include "agg/agg.h"
#include "base/status.h"
#include "filter/filter.h"
#include "output/formats.h"
#include "output/printer.h"
#include "output/table.h"
#include "record/batch.h"
#include "record/bounds.h"
#include "record/builder.h"
#include "record/dictify.h"
#include "record/field.h"
#include "record/select.h"
#include "record/table.h"
#include "store/archive.h"
#include "store/scan.h"
#include "store/summary.h"
#include "store/verify.h"
#include "store/writer.h"
#include "synth/synth.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/message.h"
#include "wire/pcap_read.h"
#include "wire/pcap_write.h"
