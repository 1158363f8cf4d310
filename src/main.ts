#!/usr/bin/env node
// The command line of Perkgate.
import 'reflect-metadata';
import { runCommandLine } from './commands/program-line';

void runCommandLine(process.argv);
