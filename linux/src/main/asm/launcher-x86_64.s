# The launcher: the one program that makes every other process, as a complete static ELF file.
#
#   as -o launcher.o launcher-x86_64.s
#   objcopy -O binary -j .text launcher.o ../resources/polder/linux/launcher-x86_64
#
# Why it exists: a JVM cannot run Java between clone and exec, and must not lend its memory to a
# child that a zone could trace. This program has nothing that is worth reading, holds no descriptor
# but its socket, and does what a table tells it. LauncherTest compares the bytes with this listing.
#
# It serves jobs. A job is one message on descriptor 0 (SOCK_SEQPACKET), received at the fixed
# address JOB, so that its sender could compute every pointer in it beforehand:
#
#   offset   0  u32  report    number of the job's report socket among the received descriptors
#            4  u32  body      0, or the number of a memfd that holds the whole job, too long to send
#            8  u64  length    of the whole job in bytes, for reading the body
#           16  clone_args     88 bytes: see clone(2), clone3
#          104  u64  steps     address of the first step; the last is execve or exit_group
#          112  what the steps point to, and the steps
#
#   step:    0  u16  system call
#            2  u16  flags     as below
#            4  u32  tolerated errnos 1-31 as bits; bit 0 tolerates every errno
#            8  u64  arguments[6]
#           56  u64  result    stored after the call, for later steps to load
#
# Received descriptors have close-on-exec and the numbers 3, 4, 5 ... in the order of sending, because
# no other is open here. The launcher makes the child, says on the report socket how that went (0, pid
# or -errno), closes the descriptors, forgets the job. The child says (0, 0), so that its parent learns
# its pid from the credentials of the message even if the launcher is killed in between; does the steps;
# at the first failure says (address of the step, -errno) and exits. The report socket closes on exec.

        .intel_syntax noprefix
        .text

        .set ORIGIN, 0x400000           # where this file is mapped
        .set JOB, 0x10000000
        .set JOB_SIZE, 0x400000
        .set CONTROL_SIZE, 1040         # room for 253 descriptors, the most that one message carries

        .set LOAD, 0x3f                 # bit k: argument k is the address of the value
        .set ANNOUNCE, 0x40             # says (step, 0) before the call
        .set REPORT, 0x80               # says (step, result) after the call
        .set ZERO_FAILS, 0x100          # result 0 is a failure: end of file
        .set PARENT_EXITS, 0x200        # after clone: only the new process goes on
        .set PARENT_IS_INIT, 0x400      # after clone: the old process becomes the zone's init
        .set SKIP_SHIFT, 11             # bits 11-15: so many steps are skipped after a tolerated failure

        .set SYS_mmap, 9
        .set SYS_munmap, 11
        .set SYS_rt_sigaction, 13
        .set SYS_rt_sigprocmask, 14
        .set SYS_pread64, 17
        .set SYS_madvise, 28
        .set SYS_dup2, 33
        .set SYS_getpid, 39
        .set SYS_sendto, 44
        .set SYS_recvmsg, 47
        .set SYS_wait4, 61
        .set SYS_kill, 62
        .set SYS_chdir, 80
        .set SYS_setsid, 112
        .set SYS_rt_sigtimedwait, 128
        .set SYS_personality, 135
        .set SYS_prctl, 157
        .set SYS_exit_group, 231
        .set SYS_clone3, 435
        .set SYS_close_range, 436

elf:
        .byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0
        .quad 0
        .short 2, 62                    # ET_EXEC, EM_X86_64
        .long 1
        .quad ORIGIN + (start - elf)
        .quad program_headers - elf
        .quad 0
        .long 0
        .short 64, 56, 2, 64, 0, 0
program_headers:
        .long 1, 5                      # PT_LOAD, read and execute
        .quad 0, ORIGIN, ORIGIN, end - elf, end - elf, 0x1000
        .long 0x6474e551, 6             # PT_GNU_STACK, read and write: no executable stack
        .quad 0, 0, 0, 0, 0, 16

# ---- once: nothing inherited from the JVM survives the first call ----------------------------------

start:
        push 3
        pop rdi
        call close_from
        push 0                          # struct sigaction of SIG_DFL, and an empty set: 32 zero bytes
        push 0
        push 0
        push 0
        push 2                          # SIG_SETMASK
        pop rdi
        lea rsi, [rsp]
        xor edx, edx
        push 8
        pop r10
        mov eax, SYS_rt_sigprocmask
        syscall
        push 64
        pop rbx
default_action:                         # SIGKILL and SIGSTOP refuse, and may
        mov edi, ebx
        mov rsi, rsp
        xor edx, edx
        push 8
        pop r10
        mov eax, SYS_rt_sigaction
        syscall
        dec ebx
        jnz default_action
        mov eax, SYS_setsid             # a terminal's signals to the JVM are not for us
        syscall
        xor edi, edi                    # PER_LINUX, whatever setarch(8) made of the JVM
        mov eax, SYS_personality
        syscall
        push '/'                        # hold no file system busy
        mov rdi, rsp
        mov eax, SYS_chdir
        syscall
        mov edi, ORIGIN + (name - elf)
        call hide                       # children inherit it: not traceable until they exec
        mov edi, JOB
        mov esi, JOB_SIZE
        push 3                          # PROT_READ | PROT_WRITE
        pop rdx
        push 0x32                       # MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS
        pop r10
        or r8, -1
        xor r9d, r9d
        mov eax, SYS_mmap
        syscall
        test rax, rax
        js quit
        sub rsp, CONTROL_SIZE
        mov r15, rsp

# ---- for each job -----------------------------------------------------------------------------------

serve:
        mov rsp, r15
        push JOB_SIZE                   # struct iovec
        push JOB
        mov rax, rsp
        push 0                          # struct msghdr, from its end
        push CONTROL_SIZE
        push r15
        push 1
        push rax
        push 0
        push 0
        xor edi, edi
        mov rsi, rsp
        mov edx, 0x40000000             # MSG_CMSG_CLOEXEC
        mov eax, SYS_recvmsg
        syscall
        test rax, rax
        jle quit                        # the JVM is gone
        mov ebx, JOB
        push -24                        # EMFILE
        pop rax
        test byte ptr [rsp + 48], 0x28  # MSG_CTRUNC: not all descriptors came; MSG_TRUNC
        jnz answer
        mov edi, [rbx + 4]
        test edi, edi
        jz make
        mov esi, ebx
        mov rdx, [rbx + 8]
        xor r10d, r10d
        push rdx
        mov eax, SYS_pread64
        syscall
        pop rdx
        cmp rax, rdx
        push -5                         # EIO
        pop rax
        jne answer
make:
        lea rdi, [rbx + 16]
        push 88
        pop rsi
        mov eax, SYS_clone3
        syscall
        test rax, rax
        jz child
answer:
        xor ebx, ebx
        mov r10d, 0x4040                # MSG_NOSIGNAL | MSG_DONTWAIT: never wait for one reader
        call report_with
        push 3
        pop rdi
        call close_from
        mov edi, JOB                    # the environment of a program may hold secrets
        mov esi, JOB_SIZE
        push 4                          # MADV_DONTNEED
        pop rdx
        mov eax, SYS_madvise
        syscall
        jmp serve

quit:
        xor edi, edi
exit:
        mov eax, SYS_exit_group
        syscall

# ---- the child --------------------------------------------------------------------------------------

child:
        push 1                          # the launcher's socket is not for children: /dev/null instead
        pop rdi
        xor esi, esi
        mov eax, SYS_dup2
        syscall
        xor ebx, ebx
        xor eax, eax
        call report
        mov ebx, [JOB + 104]
step:
        movzx ebp, word ptr [rbx + 2]
        test ebp, ANNOUNCE
        jz load
        xor eax, eax
        call report
        cmp rax, -32                    # EPIPE: the JVM is gone. A filter may have refused: no matter
        je die
load:
        push 5
        pop rcx
argument:
        mov rax, [rbx + 8 + rcx * 8]
        bt ebp, ecx
        jnc constant
        mov rax, [rax]
constant:
        push rax
        dec ecx
        jns argument
        pop rdi
        pop rsi
        pop rdx
        pop r10
        pop r8
        pop r9
        movzx eax, word ptr [rbx]
        syscall
        mov [rbx + 56], rax
        test rax, rax
        js failed
        jz zero
        test ebp, PARENT_EXITS
        jnz quit
        test ebp, PARENT_IS_INIT
        jnz init
        jmp done
zero:
        test ebp, ZERO_FAILS
        jnz fatal
done:
        xor r12d, r12d                  # skip nothing
go_on:
        test ebp, REPORT
        jz next
        call report
        cmp rax, -32
        je die
next:
        lea rbx, [rbx + r12 + 64]
        jmp step

failed:
        mov ecx, eax
        neg ecx
        mov edx, [rbx + 4]
        mov r12d, ebp
        shr r12d, SKIP_SHIFT
        shl r12d, 6
        test dl, 1
        jnz go_on
        cmp ecx, 32
        jae fatal
        bt edx, ecx
        jc go_on
fatal:
        call report
die:
        push 125
        pop rdi
        jmp exit

# ---- a zone's first process: all signals are blocked by the step before ------------------------------
# With a main child it passes every signal on to it and ends with its status. The idle one (its step is
# getpid) ends on SIGTERM or SIGINT, once everybody else in the zone has ended.

init:
        mov r12d, eax                   # the main child
        xor r13d, r13d
        cmp word ptr [rbx], SYS_getpid
        sete r13b                       # idle
        xor edi, edi
        call close_from
        mov edi, JOB                    # no environment to read, no descriptor to borrow
        mov esi, JOB_SIZE
        mov eax, SYS_munmap
        syscall
        mov edi, ORIGIN + (init_name - elf)
        call hide
        xor ebp, ebp                    # no time-out
        push -1                         # all signals
        mov r14, rsp
        push 0                          # a child's status
wait:
        mov rdi, r14
        xor esi, esi
        mov rdx, rbp
        push 8
        pop r10
        mov eax, SYS_rt_sigtimedwait
        syscall
        mov ebx, eax
reap:
        or edi, -1
        mov rsi, rsp
        mov edx, 0x40000001             # __WALL | WNOHANG
        xor r10d, r10d
        mov eax, SYS_wait4
        syscall
        test eax, eax
        jle reaped
        cmp eax, r12d
        jne reap
        mov eax, [rsp]
        movzx edi, ah
        and eax, 0x7f
        jz exit
        lea edi, [rax + 128]
        jmp exit
reaped:
        test r13b, r13b
        jnz idle
        test ebx, ebx
        jle wait
        cmp ebx, 17                     # SIGCHLD
        je wait
        mov edi, r12d
        mov esi, ebx
        mov eax, SYS_kill
        syscall
        jmp wait
idle:
        test rbp, rbp
        jnz ending
        cmp ebx, 15                     # SIGTERM
        je end_all
        cmp ebx, 2                      # SIGINT
        jne wait
end_all:
        cmp r12d, 1                     # without a pid namespace everybody is the whole host
        jne quit
        push 15
        pop rsi
        call everybody
        push 10000000                   # struct timespec: 10 ms
        push 0
        mov rbp, rsp
        push 0                          # a child's status
ending:
        xor esi, esi
        call everybody
        cmp eax, -3                     # ESRCH: nobody is left
        je quit
        jmp wait

# ---- subroutines --------------------------------------------------------------------------------------

everybody:                              # kill(-1, esi)
        or rdi, -1
        mov eax, SYS_kill
        syscall
        ret

close_from:                             # closes descriptor edi and all above
        or esi, -1
        xor edx, edx
        mov eax, SYS_close_range
        syscall
        ret

hide:                                   # takes the name at rdi and makes the process untraceable
        mov rsi, rdi
        push 15                         # PR_SET_NAME
        pop rdi
        mov eax, SYS_prctl
        syscall
        push 4                          # PR_SET_DUMPABLE
        pop rdi
        xor esi, esi
        mov eax, SYS_prctl
        syscall
        ret

report:                                 # sends (rbx, rax) on the report socket
        mov r10d, 0x4000                # MSG_NOSIGNAL
report_with:
        push rax
        push rbx
        mov edi, [JOB]
        mov rsi, rsp
        push 16
        pop rdx
        xor r8d, r8d
        xor r9d, r9d
        mov eax, SYS_sendto
        syscall
        pop rbx
        pop rcx
        ret

name:
        .asciz "polder-launch"
init_name:
        .asciz "polder-init"
end:
