// The watchdog; its only period is WATCHDOG_MS.
#ifndef SHIM_WDT_H
#define SHIM_WDT_H

#include "io.h"

enum { WDTO_250MS };
#define wdt_enable(period) ((void)(period), chip_watchdog_reset())
#define wdt_disable() ((void)0)
#define wdt_reset() chip_watchdog_reset()

#endif
