// Asleep, time leaps to the next interrupt.
#ifndef SHIM_SLEEP_H
#define SHIM_SLEEP_H

#include "../../chip.h"

enum { SLEEP_MODE_IDLE };
#define set_sleep_mode(mode) ((void)(mode))
#define sleep_enable() ((void)0)
#define sleep_disable() ((void)0)
#define sleep_cpu() chip_sleep()

#endif
