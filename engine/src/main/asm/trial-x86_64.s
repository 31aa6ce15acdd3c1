# The trial guest: what a processor must be able to do before an operating system is let onto it.
#
#   as -o trial.o trial-x86_64.s
#   objcopy -O binary -j .text trial.o ../resources/polder/brand/vm/trial-x86_64
#
# Why it exists: an accelerator that can be opened need not work. There are hosts whose /dev/kvm makes
# guests, runs a BIOS in them, and then hangs every ordinary kernel. So this is run once, with a time
# limit. TrialTest compares the bytes with this listing.
#
# It is the whole ROM of its machine. TrialGuest puts it at the beginning of the last 64 KiB below
# 1 MiB, and a jump to it where the processor begins (16 bytes before the end). It enters 64-bit mode
# from there, takes an exception and returns from it, goes to ring 3 and comes back by a system call,
# and only then says OK to the device at EXIT, which ends QEMU with the exit code 2 * OK + 1. Whatever
# goes wrong on the way ends in a triple fault or in a halt that nothing ends.

        .set EXIT, 0xf4                 # isa-debug-exit
        .set OK, 0x2a
        .set ROM, 0xf0000               # where this file is mapped
        .set TABLES, 0x1000             # three pages of page tables; the rest of memory is the stack
        .set STACK, 0x8000

        .text
        .code16
start:
        cli
        cld
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    $TABLES, %di
        movw    $0x1800, %cx            # 12 KiB in words
        rep stosw
        movw    $TABLES + 0x1007, TABLES           # present, writable, for ring 3 too
        movw    $TABLES + 0x2007, TABLES + 0x1000
        movw    $0x0087, TABLES + 0x2000           # the first 2 MiB as one page
        lgdtl   %cs:gdtr - start
        lidtl   %cs:idtr - start
        movl    $0x20, %eax             # PAE
        movl    %eax, %cr4
        movl    $TABLES, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx       # EFER: long mode, system calls
        rdmsr
        orl     $0x101, %eax
        wrmsr
        movl    $0x80000001, %eax       # paging and protection at once: 64-bit mode
        movl    %eax, %cr0
        ljmpl   $0x08, $ROM + (long - start)

        .code64
long:
        movw    $0x10, %ax
        movw    %ax, %ss
        movw    %ax, %ds
        movl    $STACK, %esp
        xorl    %ebx, %ebx
        ud2                             # an exception; the handler counts it and skips these two bytes
        cmpl    $1, %ebx
        jne     stuck
        movl    $0xc0000081, %ecx       # STAR: the segments of system calls
        xorl    %eax, %eax
        movl    $0x00130008, %edx
        wrmsr
        movl    $0xc0000082, %ecx       # LSTAR: where they lead
        movl    $ROM + (called - start), %eax
        xorl    %edx, %edx
        wrmsr
        movl    $ROM + (user - start), %ecx
        movl    $0x2, %r11d             # no flags; one bit that is always set
        sysretq
user:
        syscall                         # ring 3
stuck:
        hlt
        jmp     stuck
called:
        movb    $OK, %al
        outb    %al, $EXIT
        jmp     stuck
illegal:
        incl    %ebx
        addq    $2, (%rsp)
        iretq

        .balign 8
gdt:                                    # all marked as accessed: a ROM cannot be written
        .quad   0
        .quad   0x00af9b000000ffff      # 0x08: code of ring 0, 64 bits
        .quad   0x00cf93000000ffff      # 0x10: data of ring 0
        .quad   0x00cff3000000ffff      # 0x18: data of ring 3
        .quad   0x00affb000000ffff      # 0x20: code of ring 3, 64 bits
gdtr:
        .word   gdtr - gdt - 1
        .long   ROM + (gdt - start)
        .balign 8
idt:
        .fill   12, 8, 0
        .word   illegal - start         # 6: an illegal instruction; the ROM's lower half of an address
        .word   0x08
        .word   0x8e00
        .word   ROM >> 16
        .long   0
        .long   0
idtr:
        .word   idtr - idt - 1
        .long   ROM + (idt - start)
