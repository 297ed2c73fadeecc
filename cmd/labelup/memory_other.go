//go:build !linux

package main

// These are for where the service runs, which is Linux.
func overwriteOwnRegisters() {}
func saveRegistersAnew()     {}
