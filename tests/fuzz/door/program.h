/* SPDX-License-Identifier: MIT */
/* program.h - put before a program's source, whose main is then a function that the fuzzer calls */
#ifndef FUZZ_DOOR_PROGRAM_H
#define FUZZ_DOOR_PROGRAM_H

#define main	program_main

int		 program_main(void);

#endif
