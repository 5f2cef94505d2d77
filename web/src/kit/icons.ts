// The icons of the interface, by the names that the catalogue and the pages use. Each adds its weight: only what is drawn.
import type { Component } from 'svelte';
import Activity from '@lucide/svelte/icons/activity';
import AlarmClock from '@lucide/svelte/icons/alarm-clock';
import Antenna from '@lucide/svelte/icons/antenna';
import Archive from '@lucide/svelte/icons/archive';
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowDownWideNarrow from '@lucide/svelte/icons/arrow-down-wide-narrow';
import ArrowLeft from '@lucide/svelte/icons/arrow-left';
import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import ArrowUpNarrowWide from '@lucide/svelte/icons/arrow-up-narrow-wide';
import BadgePercent from '@lucide/svelte/icons/badge-percent';
import Ban from '@lucide/svelte/icons/ban';
import Banknote from '@lucide/svelte/icons/banknote';
import Bell from '@lucide/svelte/icons/bell';
import BookOpen from '@lucide/svelte/icons/book-open';
import Bookmark from '@lucide/svelte/icons/bookmark';
import Box from '@lucide/svelte/icons/box';
import Boxes from '@lucide/svelte/icons/boxes';
import Briefcase from '@lucide/svelte/icons/briefcase';
import Building from '@lucide/svelte/icons/building';
import Building2 from '@lucide/svelte/icons/building-2';
import Calendar from '@lucide/svelte/icons/calendar';
import CalendarCheck from '@lucide/svelte/icons/calendar-check';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import CalendarOff from '@lucide/svelte/icons/calendar-off';
import CalendarPlus from '@lucide/svelte/icons/calendar-plus';
import CalendarRange from '@lucide/svelte/icons/calendar-range';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import ChartLine from '@lucide/svelte/icons/chart-line';
import ChartNoAxesColumn from '@lucide/svelte/icons/chart-no-axes-column';
import ChartSpline from '@lucide/svelte/icons/chart-spline';
import Check from '@lucide/svelte/icons/check';
import ChevronDown from '@lucide/svelte/icons/chevron-down';
import ChevronLeft from '@lucide/svelte/icons/chevron-left';
import ChevronRight from '@lucide/svelte/icons/chevron-right';
import ChevronUp from '@lucide/svelte/icons/chevron-up';
import ChevronsUpDown from '@lucide/svelte/icons/chevrons-up-down';
import Circle from '@lucide/svelte/icons/circle';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleCheckBig from '@lucide/svelte/icons/circle-check-big';
import CircleDot from '@lucide/svelte/icons/circle-dot';
import CircleHelp from '@lucide/svelte/icons/circle-help';
import CircleUser from '@lucide/svelte/icons/circle-user';
import CircleX from '@lucide/svelte/icons/circle-x';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import Clock from '@lucide/svelte/icons/clock';
import Coins from '@lucide/svelte/icons/coins';
import Columns3 from '@lucide/svelte/icons/columns-3';
import Command from '@lucide/svelte/icons/command';
import Contact from '@lucide/svelte/icons/contact';
import Copy from '@lucide/svelte/icons/copy';
import CornerDownLeft from '@lucide/svelte/icons/corner-down-left';
import CornerDownRight from '@lucide/svelte/icons/corner-down-right';
import Download from '@lucide/svelte/icons/download';
import Ellipsis from '@lucide/svelte/icons/ellipsis';
import Expand from '@lucide/svelte/icons/expand';
import ExternalLink from '@lucide/svelte/icons/external-link';
import Eye from '@lucide/svelte/icons/eye';
import EyeOff from '@lucide/svelte/icons/eye-off';
import Factory from '@lucide/svelte/icons/factory';
import File from '@lucide/svelte/icons/file';
import FileCheck from '@lucide/svelte/icons/file-check';
import FileDown from '@lucide/svelte/icons/file-down';
import FileSpreadsheet from '@lucide/svelte/icons/file-spreadsheet';
import FileText from '@lucide/svelte/icons/file-text';
import Filter from '@lucide/svelte/icons/filter';
import Flag from '@lucide/svelte/icons/flag';
import Folder from '@lucide/svelte/icons/folder';
import Footprints from '@lucide/svelte/icons/footprints';
import Funnel from '@lucide/svelte/icons/funnel';
import FunnelPlus from '@lucide/svelte/icons/funnel-plus';
import GitBranch from '@lucide/svelte/icons/git-branch';
import GitCommitHorizontal from '@lucide/svelte/icons/git-commit-horizontal';
import GitMerge from '@lucide/svelte/icons/git-merge';
import Globe from '@lucide/svelte/icons/globe';
import GraduationCap from '@lucide/svelte/icons/graduation-cap';
import GripVertical from '@lucide/svelte/icons/grip-vertical';
import HandCoins from '@lucide/svelte/icons/hand-coins';
import Handshake from '@lucide/svelte/icons/handshake';
import Hash from '@lucide/svelte/icons/hash';
import Headset from '@lucide/svelte/icons/headset';
import History from '@lucide/svelte/icons/history';
import House from '@lucide/svelte/icons/house';
import IdCard from '@lucide/svelte/icons/id-card';
import Inbox from '@lucide/svelte/icons/inbox';
import Info from '@lucide/svelte/icons/info';
import Kanban from '@lucide/svelte/icons/kanban';
import Key from '@lucide/svelte/icons/key';
import KeyRound from '@lucide/svelte/icons/key-round';
import Languages from '@lucide/svelte/icons/languages';
import Layers from '@lucide/svelte/icons/layers';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import LifeBuoy from '@lucide/svelte/icons/life-buoy';
import Link from '@lucide/svelte/icons/link';
import List from '@lucide/svelte/icons/list';
import ListChecks from '@lucide/svelte/icons/list-checks';
import ListFilter from '@lucide/svelte/icons/list-filter';
import ListTree from '@lucide/svelte/icons/list-tree';
import Lock from '@lucide/svelte/icons/lock';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import Mail from '@lucide/svelte/icons/mail';
import Map from '@lucide/svelte/icons/map';
import MapPin from '@lucide/svelte/icons/map-pin';
import Maximize2 from '@lucide/svelte/icons/maximize-2';
import Megaphone from '@lucide/svelte/icons/megaphone';
import Menu from '@lucide/svelte/icons/menu';
import MessageSquare from '@lucide/svelte/icons/message-square';
import Milestone from '@lucide/svelte/icons/milestone';
import Minus from '@lucide/svelte/icons/minus';
import Monitor from '@lucide/svelte/icons/monitor';
import Moon from '@lucide/svelte/icons/moon';
import MoveRight from '@lucide/svelte/icons/move-right';
import NotebookPen from '@lucide/svelte/icons/notebook-pen';
import Package from '@lucide/svelte/icons/package';
import Palette from '@lucide/svelte/icons/palette';
import PanelLeft from '@lucide/svelte/icons/panel-left';
import PanelLeftClose from '@lucide/svelte/icons/panel-left-close';
import PanelRightOpen from '@lucide/svelte/icons/panel-right-open';
import Pencil from '@lucide/svelte/icons/pencil';
import Percent from '@lucide/svelte/icons/percent';
import Phone from '@lucide/svelte/icons/phone';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Play from '@lucide/svelte/icons/play';
import Plus from '@lucide/svelte/icons/plus';
import Receipt from '@lucide/svelte/icons/receipt';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Rows3 from '@lucide/svelte/icons/rows-3';
import Rows4 from '@lucide/svelte/icons/rows-4';
import Save from '@lucide/svelte/icons/save';
import Scale from '@lucide/svelte/icons/scale';
import Search from '@lucide/svelte/icons/search';
import Send from '@lucide/svelte/icons/send';
import Server from '@lucide/svelte/icons/server';
import Settings from '@lucide/svelte/icons/settings';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Shapes from '@lucide/svelte/icons/shapes';
import Share2 from '@lucide/svelte/icons/share-2';
import Shield from '@lucide/svelte/icons/shield';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Sigma from '@lucide/svelte/icons/sigma';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import SquareFunction from '@lucide/svelte/icons/square-function';
import SquareKanban from '@lucide/svelte/icons/square-kanban';
import SquarePen from '@lucide/svelte/icons/square-pen';
import Star from '@lucide/svelte/icons/star';
import StickyNote from '@lucide/svelte/icons/sticky-note';
import Store from '@lucide/svelte/icons/store';
import Sun from '@lucide/svelte/icons/sun';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import Swords from '@lucide/svelte/icons/swords';
import Table2 from '@lucide/svelte/icons/table-2';
import Tag from '@lucide/svelte/icons/tag';
import Tags from '@lucide/svelte/icons/tags';
import Target from '@lucide/svelte/icons/target';
import Ticket from '@lucide/svelte/icons/ticket';
import Trash2 from '@lucide/svelte/icons/trash-2';
import TrendingUp from '@lucide/svelte/icons/trending-up';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import Trophy from '@lucide/svelte/icons/trophy';
import Truck from '@lucide/svelte/icons/truck';
import Type from '@lucide/svelte/icons/type';
import Undo2 from '@lucide/svelte/icons/undo-2';
import Upload from '@lucide/svelte/icons/upload';
import User from '@lucide/svelte/icons/user';
import UserCheck from '@lucide/svelte/icons/user-check';
import UserCog from '@lucide/svelte/icons/user-cog';
import UserPen from '@lucide/svelte/icons/user-pen';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UserRound from '@lucide/svelte/icons/user-round';
import Users from '@lucide/svelte/icons/users';
import UsersRound from '@lucide/svelte/icons/users-round';
import Wallet from '@lucide/svelte/icons/wallet';
import Waypoints from '@lucide/svelte/icons/waypoints';
import WifiOff from '@lucide/svelte/icons/wifi-off';
import Workflow from '@lucide/svelte/icons/workflow';
import Wrench from '@lucide/svelte/icons/wrench';
import X from '@lucide/svelte/icons/x';
import Zap from '@lucide/svelte/icons/zap';

export const icons: Record<string, Component<{ size?: number; strokeWidth?: number; 'aria-hidden'?: 'true' }>> = {
  'activity': Activity,
  'alarm-clock': AlarmClock,
  'antenna': Antenna,
  'archive': Archive,
  'archive-restore': ArchiveRestore,
  'arrow-down': ArrowDown,
  'arrow-down-wide-narrow': ArrowDownWideNarrow,
  'arrow-left': ArrowLeft,
  'arrow-left-right': ArrowLeftRight,
  'arrow-right': ArrowRight,
  'arrow-right-left': ArrowRightLeft,
  'arrow-up': ArrowUp,
  'arrow-up-narrow-wide': ArrowUpNarrowWide,
  'badge-percent': BadgePercent,
  'ban': Ban,
  'banknote': Banknote,
  'bell': Bell,
  'book-open': BookOpen,
  'bookmark': Bookmark,
  'box': Box,
  'boxes': Boxes,
  'briefcase': Briefcase,
  'building': Building,
  'building-2': Building2,
  'calendar': Calendar,
  'calendar-check': CalendarCheck,
  'calendar-clock': CalendarClock,
  'calendar-days': CalendarDays,
  'calendar-off': CalendarOff,
  'calendar-plus': CalendarPlus,
  'calendar-range': CalendarRange,
  'chart-column': ChartColumn,
  'chart-line': ChartLine,
  'chart-no-axes-column': ChartNoAxesColumn,
  'chart-spline': ChartSpline,
  'check': Check,
  'chevron-down': ChevronDown,
  'chevron-left': ChevronLeft,
  'chevron-right': ChevronRight,
  'chevron-up': ChevronUp,
  'chevrons-up-down': ChevronsUpDown,
  'circle': Circle,
  'circle-check': CircleCheck,
  'circle-check-big': CircleCheckBig,
  'circle-dot': CircleDot,
  'circle-help': CircleHelp,
  'circle-user': CircleUser,
  'circle-x': CircleX,
  'clipboard-list': ClipboardList,
  'clock': Clock,
  'coins': Coins,
  'columns-3': Columns3,
  'command': Command,
  'contact': Contact,
  'copy': Copy,
  'corner-down-left': CornerDownLeft,
  'corner-down-right': CornerDownRight,
  'download': Download,
  'ellipsis': Ellipsis,
  'expand': Expand,
  'external-link': ExternalLink,
  'eye': Eye,
  'eye-off': EyeOff,
  'factory': Factory,
  'file': File,
  'file-check': FileCheck,
  'file-down': FileDown,
  'file-spreadsheet': FileSpreadsheet,
  'file-text': FileText,
  'filter': Filter,
  'flag': Flag,
  'folder': Folder,
  'footprints': Footprints,
  'funnel': Funnel,
  'funnel-plus': FunnelPlus,
  'git-branch': GitBranch,
  'git-commit-horizontal': GitCommitHorizontal,
  'git-merge': GitMerge,
  'globe': Globe,
  'graduation-cap': GraduationCap,
  'grip-vertical': GripVertical,
  'hand-coins': HandCoins,
  'handshake': Handshake,
  'hash': Hash,
  'headset': Headset,
  'history': History,
  'house': House,
  'id-card': IdCard,
  'inbox': Inbox,
  'info': Info,
  'kanban': Kanban,
  'key': Key,
  'key-round': KeyRound,
  'languages': Languages,
  'layers': Layers,
  'layout-dashboard': LayoutDashboard,
  'life-buoy': LifeBuoy,
  'link': Link,
  'list': List,
  'list-checks': ListChecks,
  'list-filter': ListFilter,
  'list-tree': ListTree,
  'lock': Lock,
  'log-in': LogIn,
  'log-out': LogOut,
  'mail': Mail,
  'map': Map,
  'map-pin': MapPin,
  'maximize-2': Maximize2,
  'megaphone': Megaphone,
  'menu': Menu,
  'message-square': MessageSquare,
  'milestone': Milestone,
  'minus': Minus,
  'monitor': Monitor,
  'moon': Moon,
  'move-right': MoveRight,
  'notebook-pen': NotebookPen,
  'package': Package,
  'palette': Palette,
  'panel-left': PanelLeft,
  'panel-left-close': PanelLeftClose,
  'panel-right-open': PanelRightOpen,
  'pencil': Pencil,
  'percent': Percent,
  'phone': Phone,
  'pin': Pin,
  'pin-off': PinOff,
  'play': Play,
  'plus': Plus,
  'receipt': Receipt,
  'refresh-cw': RefreshCw,
  'rotate-ccw': RotateCcw,
  'rows-3': Rows3,
  'rows-4': Rows4,
  'save': Save,
  'scale': Scale,
  'search': Search,
  'send': Send,
  'server': Server,
  'settings': Settings,
  'settings-2': Settings2,
  'shapes': Shapes,
  'share-2': Share2,
  'shield': Shield,
  'shield-check': ShieldCheck,
  'sigma': Sigma,
  'sliders-horizontal': SlidersHorizontal,
  'square-function': SquareFunction,
  'square-kanban': SquareKanban,
  'square-pen': SquarePen,
  'star': Star,
  'sticky-note': StickyNote,
  'store': Store,
  'sun': Sun,
  'sun-moon': SunMoon,
  'swords': Swords,
  'table-2': Table2,
  'tag': Tag,
  'tags': Tags,
  'target': Target,
  'ticket': Ticket,
  'trash-2': Trash2,
  'trending-up': TrendingUp,
  'triangle-alert': TriangleAlert,
  'trophy': Trophy,
  'truck': Truck,
  'type': Type,
  'undo-2': Undo2,
  'upload': Upload,
  'user': User,
  'user-check': UserCheck,
  'user-cog': UserCog,
  'user-pen': UserPen,
  'user-plus': UserPlus,
  'user-round': UserRound,
  'users': Users,
  'users-round': UsersRound,
  'wallet': Wallet,
  'waypoints': Waypoints,
  'wifi-off': WifiOff,
  'workflow': Workflow,
  'wrench': Wrench,
  'x': X,
  'zap': Zap,
};
